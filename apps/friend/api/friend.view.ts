import type { Message, Profile } from '@doul/contracts';
import { userOf, type FriendUser } from '@doul/http';

/** A friend with the latest line between them and the viewer, if they ever talked. */
export const friendView = (profile: Profile, viewerId: number, latest: Message | undefined): FriendUser => ({
  ...userOf(profile),
  message: latest?.content ?? '',
  msgType: latest?.fromUserId === viewerId ? 1 : 0,
});

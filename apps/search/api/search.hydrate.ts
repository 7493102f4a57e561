import { FavoriteServiceDefinition, ProfileServiceDefinition, VideoServiceDefinition, hasBit, packIds } from '@doul/contracts';
import { userOf, type User } from '@doul/http';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import type { FoundVideo } from './search.schema.js';
import { toFoundVideo } from './search.view.js';

/** Turns found ids into what a viewer sees, one batch RPC for each kind of data: three for a page of videos, one for a page of users. */
@Injectable()
export class SearchHydrate {
  constructor(
    @InjectRpc(VideoServiceDefinition) private readonly videos: RpcClient<typeof VideoServiceDefinition>,
    @InjectRpc(FavoriteServiceDefinition) private readonly favorites: RpcClient<typeof FavoriteServiceDefinition>,
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: RpcClient<typeof ProfileServiceDefinition>,
  ) {}

  async users(ids: number[], viewerId: number): Promise<Map<number, User>> {
    const { profiles } = await this.profiles.getProfiles({ ids, viewerId });
    return new Map(profiles.map((profile) => [profile.id, userOf(profile)]));
  }

  /** Removed videos, and videos whose author is unknown, are left out. */
  async foundVideos(ids: number[], viewerId: number, keyword: string): Promise<Map<number, FoundVideo>> {
    const { cards } = await this.videos.getCards({ ids, viewerId: 0 });
    const authorIds = [...new Set(cards.map((card) => card.authorId))];
    const [authors, liked] = await Promise.all([
      this.users(authorIds, viewerId),
      this.liked(
        cards.map((card) => card.id),
        viewerId,
      ),
    ]);
    return new Map(
      cards.flatMap((card) => {
        const author = authors.get(card.authorId);
        return author ? [[card.id, toFoundVideo(card, author, liked.has(card.id), keyword)] as const] : [];
      }),
    );
  }

  private async liked(videoIds: number[], viewerId: number): Promise<Set<number>> {
    if (viewerId === 0 || videoIds.length === 0) return new Set();
    const { bits } = await this.favorites.ask.getFlags({ viewerId, ids: packIds(videoIds) });
    return new Set(videoIds.filter((_, at) => hasBit(bits, at)));
  }
}

import type { Profile } from '@doul/contracts';

/** Where a flag of the viewer stands: as wide as the longer word, since JSON allows a space after the shorter one. */
export const NO = 'false';
export const YES = Buffer.from('true ');

/** A user as JSON without a viewer: `bytes` says that nobody follows, at `followAt`. */
export interface AuthorPiece {
  readonly id: number;
  readonly bytes: Buffer;
  /** Offset of the value of `is_follow` in `bytes`. */
  readonly followAt: number;
}

/** @param extra further fields, each with its comma in front */
export function authorPiece(profile: Profile, extra = ''): AuthorPiece {
  const text = JSON.stringify;
  const before =
    `{"id":${profile.id},"name":${text(profile.name)},"follow_count":${profile.followCount}` +
    `,"follower_count":${profile.followerCount},"is_follow":`;
  const after =
    `,"avatar":${text(profile.avatar)},"background_image":${text(profile.backgroundImage)},"signature":${text(profile.signature)}` +
    `,"total_favorited":${profile.totalFavorited},"work_count":${profile.workCount},"favorite_count":${profile.favoriteCount}${extra}}`;
  return { id: profile.id, bytes: Buffer.from(before + NO + after), followAt: Buffer.byteLength(before) };
}

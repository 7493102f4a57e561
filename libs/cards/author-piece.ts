import type { Profile } from '@doul/contracts';

/** Where a flag of the viewer stands: as wide as the longer word, since JSON allows a space after the shorter one. */
export const NO = 'false';
export const YES = Buffer.from('true ');

/**
 * Text as UTF-8, a character for each byte: a Buffer costs nearly as much again as what is in it, tens of thousands of pieces are kept, and
 * texts are joined faster than Buffers are copied.
 */
export const bytesText = (text: string): string => Buffer.from(text).toString('latin1');

/** A user as JSON without a viewer: `text` says that nobody follows, at `followAt`. */
export interface AuthorPiece {
  readonly id: number;
  /** See `bytesText`. */
  readonly text: string;
  /** Offset of the value of `is_follow` in `text`. */
  readonly followAt: number;
}

/** @param extra further fields, each with its comma in front */
export function authorPiece(profile: Profile, extra = ''): AuthorPiece {
  const json = JSON.stringify;
  const before =
    `{"id":${profile.id},"name":${json(profile.name)},"follow_count":${profile.followCount}` +
    `,"follower_count":${profile.followerCount},"is_follow":`;
  const after =
    `,"avatar":${json(profile.avatar)},"background_image":${json(profile.backgroundImage)},"signature":${json(profile.signature)}` +
    `,"total_favorited":${profile.totalFavorited},"work_count":${profile.workCount},"favorite_count":${profile.favoriteCount}${extra}}`;
  return { id: profile.id, text: bytesText(before + NO + after), followAt: Buffer.byteLength(before) };
}

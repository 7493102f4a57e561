import type { AuthorCounters, Profile } from '@doul/contracts';

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
  /** Offset of what the video service counts of the user. */
  readonly worksAt: number;
}

type Works = Pick<AuthorCounters, 'totalFavorited' | 'workCount' | 'favoriteCount'>;

const worksText = ({ totalFavorited, workCount, favoriteCount }: Works): string =>
  `,"total_favorited":${totalFavorited},"work_count":${workCount},"favorite_count":${favoriteCount}`;

export function authorPiece(profile: Profile): AuthorPiece {
  const json = JSON.stringify;
  const before =
    `{"id":${profile.id},"name":${json(profile.name)},"follow_count":${profile.followCount}` +
    `,"follower_count":${profile.followerCount},"is_follow":`;
  const after = `,"avatar":${json(profile.avatar)},"background_image":${json(profile.backgroundImage)},"signature":${json(profile.signature)}`;
  const head = before + NO + after;
  const text = bytesText(`${head}${worksText(profile)}}`);
  return { id: profile.id, text, followAt: Buffer.byteLength(before), worksAt: Buffer.byteLength(head) };
}

/** The same user with new counts of the video service. */
export function withWorks(author: AuthorPiece, works: Works): AuthorPiece {
  const text = `${author.text.slice(0, author.worksAt)}${worksText(works)}}`;
  // As one string: the pieces would keep the old text alive.
  return { ...author, text: Buffer.from(text, 'latin1').toString('latin1') };
}

import { renderAnswer, type AuthorPiece } from '@doul/cards';
import type { CommentPage as StoredPage } from '@doul/contracts';
import { commentPiece, type CommentPiece } from './comment-piece.js';

/** A page of comments without its authors, who change more often than it. */
export interface CommentPage {
  /** Names what is on it; empty for a page that is not to be kept. */
  readonly etag: string;
  readonly pieces: readonly CommentPiece[];
  /** Distinct. */
  readonly authorIds: readonly number[];
  /** Empty at the end. */
  readonly nextCursor: string;
}

/** Comments with their authors as a JSON list's items, without a viewer. */
export interface JoinedPage {
  /** In the order of the page's `authorIds`; null = there is no such user any more. */
  readonly authors: readonly (AuthorPiece | null)[];
  /** The items with commas between them; every flag says no. */
  readonly bytes: Buffer;
  /** Offset of `is_follow` of each comment's author. */
  readonly followAt: readonly number[];
  /** Place of each comment's author in `authors`. */
  readonly authorOf: readonly number[];
}

const COMMA = Buffer.from(',');
/** Offsets and bookkeeping of a comment in memory, roughly. */
const PIECE_BYTES = 400;

export function commentPage({ etag, comments, nextCursor }: StoredPage, timeZone: string): CommentPage {
  const authorIds = [...new Set(comments.map((comment) => comment.userId))];
  const pieces = comments.map((comment) => commentPiece(comment, timeZone));
  return { etag, pieces, authorIds, nextCursor };
}

/** Bytes that a page takes in memory, roughly, with its authors joined. */
export const pageBytes = (page: CommentPage, joined: JoinedPage | undefined): number =>
  page.pieces.reduce((bytes, { before, after }) => bytes + PIECE_BYTES + before.length + after.length, PIECE_BYTES) +
  (joined?.bytes.length ?? 0);

/** Joins a page with its authors; comments of users who are no more are left out. */
export function joinPage(page: CommentPage, authors: readonly (AuthorPiece | null)[]): JoinedPage {
  const parts: Buffer[] = [];
  const followAt: number[] = [];
  const authorOf: number[] = [];
  let length = 0;
  const add = (part: Buffer): void => {
    parts.push(part);
    length += part.length;
  };
  for (const { authorId, before, after } of page.pieces) {
    const place = page.authorIds.indexOf(authorId);
    const author = authors[place];
    if (!author) continue;
    if (length > 0) add(COMMA);
    add(before);
    followAt.push(length + author.followAt);
    authorOf.push(place);
    add(Buffer.from(author.text, 'latin1'));
    add(after);
  }
  return { authors, bytes: Buffer.concat(parts, length), followAt, authorOf };
}

/**
 * A complete answer: `head`, the page as its viewer sees it, `tail`.
 *
 * @param followed bit i = the viewer follows the i-th of the page's authors
 */
export function renderPage(page: JoinedPage, followed: Uint8Array | undefined, head: Buffer, tail: Buffer): Buffer {
  if (!followed) return renderAnswer(head, page.bytes, tail);
  return renderAnswer(head, page.bytes, tail, { at: page.followAt, bits: followed, bitOf: page.authorOf });
}

import { packIds } from '@doul/contracts';
import type { AuthorPiece } from './author-piece.js';
import { renderAnswer } from './render-answer.js';
import type { VideoCard } from './video-card.js';

/** Videos as a JSON list's items without a viewer, and where what depends on the viewer stands in them. */
export interface CardPage {
  readonly cards: readonly VideoCard[];
  /** The items with commas between them; every flag says no. */
  readonly bytes: Buffer;
  /** Offset of `is_favorite` of each video. */
  readonly favoriteAt: readonly number[];
  /** Offset of `is_follow` of each video's author. */
  readonly followAt: readonly number[];
  /** Place of each video's author in `authorIds`. */
  readonly authorOf: readonly number[];
  /** Packed, as questions for flags carry them. */
  readonly videoIds: Uint8Array;
  /** Packed and distinct. */
  readonly authorIds: Uint8Array;
}

/** What of a page depends on its viewer: bit i of `liked` stands for the i-th video, of `followed` for the i-th of `authorIds`. */
export interface ViewerFlags {
  readonly liked: Uint8Array;
  readonly followed: Uint8Array;
}

const COMMA = 0x2c;

export function cardPage(cards: readonly VideoCard[]): CardPage {
  const size = cards.reduce((sum, card) => sum + card.bytes.length + 1, 0);
  const bytes = Buffer.allocUnsafe(Math.max(0, size - 1));
  const favoriteAt: number[] = [];
  const followAt: number[] = [];
  const authorOf: number[] = [];
  const authors: AuthorPiece[] = [];
  let at = 0;
  for (const card of cards) {
    if (at > 0) bytes[at++] = COMMA;
    card.bytes.copy(bytes, at);
    favoriteAt.push(at + card.favoriteAt);
    followAt.push(at + card.authorAt + card.author.followAt);
    let author = authors.findIndex(({ id }) => id === card.author.id);
    if (author < 0) author = authors.push(card.author) - 1;
    authorOf.push(author);
    at += card.bytes.length;
  }
  const videoIds = packIds(cards.map(({ id }) => id));
  return { cards, bytes, favoriteAt, followAt, authorOf, videoIds, authorIds: packIds(authors.map(({ id }) => id)) };
}

/** A complete answer: `head`, the page as its viewer sees it, `tail`. */
export function renderPage(page: CardPage, flags: ViewerFlags | undefined, head: Buffer, tail: Buffer): Buffer {
  if (!flags) return renderAnswer(head, page.bytes, tail);
  const likes = { at: page.favoriteAt, bits: flags.liked };
  return renderAnswer(head, page.bytes, tail, likes, { at: page.followAt, bits: flags.followed, bitOf: page.authorOf });
}

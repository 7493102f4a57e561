import { packIds } from '@doul/contracts';
import type { AuthorPiece } from './author-piece.js';
import { renderAnswer, type Items } from './render-answer.js';
import { cardHead, type VideoCard } from './video-card.js';

/** Videos as a JSON list's items without a viewer, and where what depends on the viewer stands in them. */
export interface CardPage {
  readonly cards: readonly VideoCard[];
  /** The items with commas between them; every flag says no. */
  readonly items: Items;
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

/** Items as a text that is put together only where it is written: for a page that is shown once. */
class LooseItems implements Items {
  readonly length: number;

  constructor(private readonly text: string) {
    this.length = text.length;
  }

  copy(target: Buffer, start: number): void {
    target.write(this.text, start, 'latin1');
  }
}

export function cardPage(cards: readonly VideoCard[]): CardPage {
  const favoriteAt: number[] = [];
  const followAt: number[] = [];
  const authorOf: number[] = [];
  const authors: AuthorPiece[] = [];
  let text = '';
  for (const card of cards) {
    text += (text === '' ? '' : ',') + cardHead(card.id);
    followAt.push(text.length + card.author.followAt);
    text += card.author.text;
    favoriteAt.push(text.length + card.favoriteAt);
    text += card.rest;
    let author = authors.findIndex(({ id }) => id === card.author.id);
    if (author < 0) author = authors.push(card.author) - 1;
    authorOf.push(author);
  }
  const videoIds = packIds(cards.map(({ id }) => id));
  const authorIds = packIds(authors.map(({ id }) => id));
  return { cards, items: new LooseItems(text), favoriteAt, followAt, authorOf, videoIds, authorIds };
}

/** The page with its items in one piece: for one that is shown again and again. */
export function joinedPage(page: CardPage): CardPage {
  if (Buffer.isBuffer(page.items)) return page;
  const items = Buffer.allocUnsafeSlow(page.items.length);
  page.items.copy(items, 0);
  return { ...page, items };
}

/** A complete answer: `head`, the page as its viewer sees it, `tail`. */
export function renderPage(page: CardPage, flags: ViewerFlags | undefined, head: Buffer, tail: Buffer): Buffer {
  if (!flags) return renderAnswer(head, page.items, tail);
  const likes = { at: page.favoriteAt, bits: flags.liked };
  return renderAnswer(head, page.items, tail, likes, { at: page.followAt, bits: flags.followed, bitOf: page.authorOf });
}

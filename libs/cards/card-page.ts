import { hasBit } from '@doul/contracts';
import { answerBuffer } from '@doul/http';
import { YES, type AuthorPiece } from './author-piece.js';
import { renderAnswer } from './render-answer.js';
import type { VideoCard } from './video-card.js';

/** A page's items in one piece, every flag saying no: for a page that is shown again and again. */
interface JoinedItems {
  readonly bytes: Buffer;
  /** Offset of `is_favorite` of each video. */
  readonly favoriteAt: readonly number[];
  /** Offset of `is_follow` of each video's author. */
  readonly followAt: readonly number[];
}

/** Videos as a JSON list's items without a viewer, and what is asked for a viewer. */
export interface CardPage {
  readonly cards: readonly VideoCard[];
  /** Place of each video's author in `authorIds`. */
  readonly authorOf: readonly number[];
  readonly videoIds: readonly number[];
  /** Distinct. */
  readonly authorIds: readonly number[];
  /** Absent in a page that is shown once: it is put together only in its answer. */
  readonly joined?: JoinedItems;
}

/** What of a page depends on its viewer: bit i of `liked` stands for the i-th video, of `followed` for the i-th of `authorIds`. */
export interface ViewerFlags {
  readonly liked: Uint8Array;
  readonly followed: Uint8Array;
}

const COMMA = ','.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);
/** What stands around a card's id, in front of its author. */
const BEFORE_ID = Buffer.from('{"id":');
const BEFORE_AUTHOR = Buffer.from(',"author":');
const NONE = new Uint8Array(0);

/** The page of these videos, to be shown once, or to be joined. */
export function cardPage(cards: readonly VideoCard[]): CardPage {
  const authors: AuthorPiece[] = [];
  const authorOf = cards.map(({ author }) => {
    const place = authors.findIndex(({ id }) => id === author.id);
    return place < 0 ? authors.push(author) - 1 : place;
  });
  return { cards, authorOf, videoIds: cards.map(({ id }) => id), authorIds: authors.map(({ id }) => id) };
}

/** The same page, ready to be shown again and again. */
export function joinedPage(page: CardPage): CardPage {
  if (page.joined) return page;
  const bytes = Buffer.allocUnsafeSlow(itemsLength(page.cards));
  const favoriteAt: number[] = [];
  const followAt: number[] = [];
  writeItems(bytes, 0, page.cards, (_, follow, favorite) => {
    followAt.push(follow);
    favoriteAt.push(favorite);
  });
  return { ...page, joined: { bytes, favoriteAt, followAt } };
}

/** A complete answer: `head`, the page as its viewer sees it, `tail`. */
export function renderPage(page: CardPage, flags: ViewerFlags | undefined, head: Buffer, tail: Buffer): Buffer {
  const { cards, authorOf, joined } = page;
  const { liked, followed } = flags ?? { liked: NONE, followed: NONE };
  if (joined) {
    const { bytes, favoriteAt, followAt } = joined;
    return renderAnswer(head, bytes, tail, { at: favoriteAt, bits: liked }, { at: followAt, bits: followed, bitOf: authorOf });
  }
  const answer = answerBuffer(head.length + itemsLength(cards) + tail.length);
  head.copy(answer, 0);
  const end = writeItems(answer, head.length, cards, (at, follow, favorite) => {
    if (hasBit(followed, authorOf[at] ?? 0)) YES.copy(answer, follow);
    if (hasBit(liked, at)) YES.copy(answer, favorite);
  });
  tail.copy(answer, end);
  return answer;
}

/** Digits of a natural number. */
function digitsOf(id: number): number {
  let digits = 1;
  for (let rest = Math.floor(id / 10); rest > 0; rest = Math.floor(rest / 10)) digits += 1;
  return digits;
}

/** Bytes of the items with a comma between each two. */
function itemsLength(cards: readonly VideoCard[]): number {
  let length = Math.max(0, cards.length - 1);
  for (const { id, author, rest } of cards)
    length += BEFORE_ID.length + digitsOf(id) + BEFORE_AUTHOR.length + author.text.length + rest.length;
  return length;
}

function writeBytes(target: Buffer, start: number, bytes: Buffer): number {
  for (let at = 0; at < bytes.length; at += 1) target[start + at] = bytes[at] as number;
  return start + bytes.length;
}

/** Byte by byte: a text made for each card, and forgotten, took as long to make and to write as everything else of a page. */
function writeHead(target: Buffer, start: number, id: number): number {
  const end = writeBytes(target, start, BEFORE_ID) + digitsOf(id);
  for (let at = end - 1, rest = id; at >= start + BEFORE_ID.length; at -= 1, rest = Math.floor(rest / 10)) target[at] = ZERO + (rest % 10);
  return writeBytes(target, end, BEFORE_AUTHOR);
}

/**
 * Writes the items piece by piece. Joining them as a text first costs as much, and leaves 35 KB a page behind that the garbage collector
 * copies, and keeps, while the page waits for its flags.
 *
 * @param wrote hears of each video when it is written: its place, and the offsets of its author's and its own flag
 * @returns the offset behind the last item
 */
function writeItems(
  target: Buffer,
  start: number,
  cards: readonly VideoCard[],
  wrote: (at: number, followAt: number, favoriteAt: number) => void,
): number {
  let offset = start;
  cards.forEach(({ id, author, rest, favoriteAt }, at) => {
    if (at > 0) target[offset++] = COMMA;
    offset = writeHead(target, offset, id);
    const followAt = offset + author.followAt;
    offset += target.write(author.text, offset, 'latin1');
    const favorite = offset + favoriteAt;
    offset += target.write(rest, offset, 'latin1');
    wrote(at, followAt, favorite);
  });
  return offset;
}

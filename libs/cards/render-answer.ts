import { hasBit } from '@doul/contracts';
import { answerBuffer } from '@doul/http';
import { YES } from './author-piece.js';

/** Where the flags of one kind stand in a list's items, and what they say. */
export interface Flags {
  /** Offset of each flag, at which the items say no. */
  readonly at: readonly number[];
  readonly bits: Uint8Array;
  /** Which bit is each flag's; its own place unless given. */
  readonly bitOf?: readonly number[];
}

/** A complete answer in an `answerBuffer` of its own: `head`, the items as their viewer sees them, `tail`. */
export function renderAnswer(head: Buffer, items: Buffer, tail: Buffer, ...kinds: readonly Flags[]): Buffer {
  const start = head.length;
  const end = start + items.length;
  const answer = answerBuffer(end + tail.length);
  head.copy(answer, 0);
  items.copy(answer, start);
  tail.copy(answer, end);
  for (const { at, bits, bitOf } of kinds) {
    // Most viewers like and follow next to nothing of a page.
    if (!bits.some((byte) => byte !== 0)) continue;
    at.forEach((offset, flag) => hasBit(bits, bitOf?.[flag] ?? flag) && YES.copy(answer, start + offset));
  }
  return answer;
}

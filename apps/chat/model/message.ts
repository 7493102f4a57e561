/** A stored line of a conversation. */
export interface MessageRow {
  id: number;
  fromUserId: number;
  toUserId: number;
  content: string;
  /** Unix ms, strictly increasing within a conversation. */
  createTime: number;
}

/** Longest message, in Unicode characters. */
export const MAX_MESSAGE_LENGTH = 1_000;

/** A conversation is known by its two users, the smaller id first. */
export const pairOf = (a: number, b: number): readonly [low: number, high: number] => (a < b ? [a, b] : [b, a]);

/** The time of the next message: now, but later than every message before, however fast they come or clocks turn back. */
export const nextTime = (now: number, last: number): number => Math.max(now, last + 1);

/** How a request for a conversation is meant. */
export interface Reading {
  /** Unix ms, exclusive. */
  afterMs: number;
  receivedOnly: boolean;
  newest: boolean;
}

/**
 * Three ways to read a conversation:
 *
 * - opening it (no `pre_msg_time`, or 0): everything, and the newest lines of what is more than one answer holds, because a client
 *   goes on polling from the last one it was given;
 * - polling (`pre_msg_time`): what the caller received after it, since the client shows its own lines already;
 * - paging (`cursor` or `count`): from the start, or from where the last page ended.
 */
export function readingOf(preMsgTime: number, cursor: number, paged: boolean): Reading {
  return { afterMs: Math.max(preMsgTime, cursor), receivedOnly: preMsgTime > 0, newest: preMsgTime === 0 && !paged };
}

/**
 * The next position of the feed: the time of publication, moved just past the last one given out, so that positions are
 * unique and grow in the order the publishing transactions commit (they hold the clock's lock until then).
 *
 * @param now Unix ms
 * @param last position given out before, 0 = none
 */
export const nextFeedTime = (now: number, last: number): number => Math.max(now, last + 1);

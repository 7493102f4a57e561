/**
 * Users whom one user may follow. It bounds the set that is kept in Redis for each active viewer (10,000 ids are about 0.6 MB) and the
 * time of loading it (some 10 ms); the large platforms of the field allow 2,000 to 10,000.
 */
export const MAX_FOLLOWING = 10_000;

/** Relations of one answer: what clients without paging get at once. */
export const MAX_PAGE = 1_000;

export type ListKind = 'following' | 'follower' | 'friend';

/** A user in a list, with the moment of the follow (Unix ms) that put them there. */
export interface Related {
  id: number;
  at: number;
}

/** Exclusive upper bound of the next page, in the order (at, id) descending. */
export type Position = Related;

export const FROM_START: Position = { id: Number.MAX_SAFE_INTEGER, at: Number.MAX_SAFE_INTEGER };

/** Whether a viewer follows each of many users. */
export interface FollowQuestion {
  viewerId: number;
  /** Packed. */
  ids: Uint8Array;
}

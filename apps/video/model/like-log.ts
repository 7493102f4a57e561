/** Position of an entry in a shard's log: the two halves of a Redis stream id. */
export interface LogPosition {
  ms: number;
  seq: number;
}

export const LOG_START: LogPosition = { ms: 0, seq: 0 };

/** One change of a membership; `likedAt` is Unix ms, 0 = the like was taken back. */
export interface LikeChange {
  viewerId: number;
  videoId: number;
  likedAt: number;
}

export interface LogEntry {
  position: LogPosition;
  changes: LikeChange[];
}

export const positionText = (at: LogPosition): string => `${at.ms}-${at.seq}`;

/** @throws Error when the text is not a stream id */
export function parsePosition(text: string): LogPosition {
  const match = /^(\d+)-(\d+)$/.exec(text);
  if (!match) throw new Error(`not a stream id: ${text}`);
  return { ms: Number(match[1]), seq: Number(match[2]) };
}

/** Negative, zero or positive, as for sorting. */
export const comparePositions = (a: LogPosition, b: LogPosition): number => a.ms - b.ms || a.seq - b.seq;

/** Reads the text that the record script appends: `viewer:video:likedAt` joined by `;`. */
export function parseChanges(text: string): LikeChange[] {
  if (text === '') return [];
  return text.split(';').map((part) => {
    const [viewerId = NaN, videoId = NaN, likedAt = NaN] = part.split(':').map(Number);
    if (!Number.isSafeInteger(viewerId) || !Number.isSafeInteger(videoId) || !Number.isSafeInteger(likedAt)) {
      throw new Error(`not a like change: ${part}`);
    }
    return { viewerId, videoId, likedAt };
  });
}

export const pairKey = (viewerId: number, videoId: number): string => `${viewerId}:${videoId}`;

/** The last change of a pair of viewer and video, and whether the pair was liked before the first one. */
export interface NetChange extends LikeChange {
  before: boolean;
}

/**
 * What a run of entries amounts to for each pair of viewer and video, in ascending key order, so that two transactions lock the rows of
 * the table in one order. Every entry is a real change, so a pair's first one tells the state before it.
 */
export function netChanges(entries: readonly LogEntry[]): NetChange[] {
  const net = new Map<string, NetChange>();
  for (const entry of entries) {
    for (const change of entry.changes) {
      const key = pairKey(change.viewerId, change.videoId);
      const known = net.get(key);
      if (known) known.likedAt = change.likedAt;
      else net.set(key, { viewerId: change.viewerId, videoId: change.videoId, likedAt: change.likedAt, before: change.likedAt === 0 });
    }
  }
  return [...net.values()].sort((a, b) => a.viewerId - b.viewerId || a.videoId - b.videoId);
}

/** How rows and counts differ once changes are applied. */
export interface LikeDelta {
  inserts: LikeChange[];
  /** Likes that were taken back and given again: only their time is another. */
  updates: LikeChange[];
  deletes: LikeChange[];
  /** Likes gained or lost; entries of zero are left out. */
  byVideo: Map<number, number>;
  byViewer: Map<number, number>;
}

function bump(counts: Map<number, number>, id: number, by: number): void {
  const next = (counts.get(id) ?? 0) + by;
  if (next === 0) counts.delete(id);
  else counts.set(id, next);
}

/** @param existed whether a pair has a row before the changes are applied */
export function likeDelta(changes: readonly NetChange[], existed: (change: NetChange) => boolean = ({ before }) => before): LikeDelta {
  const delta: LikeDelta = { inserts: [], updates: [], deletes: [], byVideo: new Map(), byViewer: new Map() };
  for (const change of changes) {
    const before = existed(change);
    const after = change.likedAt > 0;
    if (after) (before ? delta.updates : delta.inserts).push(change);
    else if (before) delta.deletes.push(change);
    if (before === after) continue;
    bump(delta.byVideo, change.videoId, after ? 1 : -1);
    bump(delta.byViewer, change.viewerId, after ? 1 : -1);
  }
  return delta;
}

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

/**
 * What a run of entries amounts to: the last change of each pair of viewer and video, in ascending key order, so that
 * two transactions lock the rows of the table in one order.
 */
export function lastChanges(entries: readonly LogEntry[]): LikeChange[] {
  const last = new Map<string, LikeChange>();
  for (const entry of entries) {
    for (const change of entry.changes) last.set(pairKey(change.viewerId, change.videoId), change);
  }
  return [...last.values()].sort((a, b) => a.viewerId - b.viewerId || a.videoId - b.videoId);
}

/** How rows and counts differ once `changes` are applied to the pairs that exist. */
export interface LikeDelta {
  upserts: LikeChange[];
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

/**
 * Compares the changes with the rows that exist instead of trusting the log's own sums: whatever is applied twice or in
 * part, a count stays the number of rows.
 *
 * @param existing keys (`pairKey`) of the pairs that have a row now
 */
export function likeDelta(changes: readonly LikeChange[], existing: ReadonlySet<string>): LikeDelta {
  const delta: LikeDelta = { upserts: [], deletes: [], byVideo: new Map(), byViewer: new Map() };
  for (const change of changes) {
    const exists = existing.has(pairKey(change.viewerId, change.videoId));
    const wanted = change.likedAt > 0;
    if (wanted) delta.upserts.push(change);
    else if (exists) delta.deletes.push(change);
    if (wanted === exists) continue;
    bump(delta.byVideo, change.videoId, wanted ? 1 : -1);
    bump(delta.byViewer, change.viewerId, wanted ? 1 : -1);
  }
  return delta;
}

import { VideoState } from '@doul/contracts';

/** Names of the states in the database and in the API. */
export const STATE_NAMES = {
  [VideoState.UPLOADED]: 'uploaded',
  [VideoState.PROBING]: 'probing',
  [VideoState.TRANSCODING]: 'transcoding',
  [VideoState.PUBLISHED]: 'published',
  [VideoState.REJECTED]: 'rejected',
  [VideoState.FAILED]: 'failed',
  [VideoState.REMOVED]: 'removed',
} as const;

export type StateName = (typeof STATE_NAMES)[keyof typeof STATE_NAMES];

const STATES = Object.fromEntries(Object.entries(STATE_NAMES).map(([state, name]) => [name, Number(state)])) as Record<
  StateName,
  VideoState
>;

export const stateOf = (name: StateName): VideoState => STATES[name];

/** What of a video changes only when its version does. Times are Unix ms, 0 = not yet. */
export interface StoredVideo {
  id: number;
  authorId: number;
  title: string;
  state: StateName;
  /** Key of a text; empty unless rejected or failed. */
  reason: string;
  version: number;
  objectKey: string;
  /** Empty until the worker has made a cover. */
  coverKey: string;
  /** Folder of what was made of the upload; empty until it is published, and for videos older than media sets. */
  mediaSet: string;
  /** 1 when there are a preview and a storyboard. */
  pictures: number;
  blurhash: string;
  /** As shown, in pixels; 0 until probed. */
  width: number;
  height: number;
  durationMs: number;
  createdAt: number;
  /** Position in the feed, unique; 0 unless published. */
  feedTime: number;
  publishedAt: number;
}

/** Columns of a StoredVideo, for SELECT lists over `videos v`. */
export const VIDEO_COLUMNS = `v.id, v.author_id AS authorId, v.title, v.state, v.reason, v.version, v.object_key AS objectKey,
  v.cover_key AS coverKey, v.media_set AS mediaSet, v.pictures, v.blurhash, v.width, v.height, v.duration_ms AS durationMs,
  v.created_at AS createdAt, COALESCE(v.feed_time, 0) AS feedTime, COALESCE(v.published_at, 0) AS publishedAt`;

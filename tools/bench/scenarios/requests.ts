import type { DataSet } from '../data/dataset.js';
import { KEYWORDS } from '../data/keywords.js';
import { seeded, zipf } from '../data/skew.js';
import type { Dialect, Operation } from '../dialect/mapping.js';
import type { Request } from '../load/request-file.js';

/** Scenarios that are a stream of independent requests, and the operation that each needs. */
export const STREAMS = {
  feed: 'feed',
  'feed-distinct': 'feed',
  'feed-anon': 'feed',
  'feed-deep': 'feed',
  comment: 'comment',
  'comment-list': 'comment-list',
  'favorite-list': 'favorite-list',
  search: 'search',
  login: 'login',
} as const satisfies Record<string, Operation>;
export type StreamName = keyof typeof STREAMS;

/** How each scenario makes its next request; the same seed gives the same requests. */
export function stream(name: StreamName, data: DataSet, dialect: Dialect, seed = 42): () => Request {
  const random = seeded(seed);
  const popular = zipf(data.videoIds.length, random);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  let turn = 0;
  // In turn, so that as many requests as there are viewers come from all of them.
  const token = (): string => data.viewers[turn++ % data.viewers.length]?.token ?? '';
  const make: Record<StreamName, () => Request> = {
    feed: () => dialect.request('feed', { token: token() }),
    'feed-distinct': () => dialect.request('feed', { token: token(), latest_time: pick(data.feedTimes) }),
    'feed-deep': () =>
      dialect.request('feed', { token: token(), latest_time: Math.floor(data.oldest + random() * (data.newest - data.oldest)) }),
    'feed-anon': () => dialect.request('feed', {}),
    comment: () =>
      dialect.request('comment', { token: token(), video_id: data.videoIds[popular()], text: `真好看 ${Math.floor(random() * 1e9)}` }),
    'comment-list': () => dialect.request('comment-list', { token: token(), video_id: pick(data.commentedIds) }),
    'favorite-list': () => dialect.request('favorite-list', { token: token(), user_id: pick(data.likerIds) }),
    search: () => dialect.request('search', { token: token(), keyword: pick(KEYWORDS) }),
    login: () => dialect.request('login', { ...pick(data.accounts) }),
  };
  return make[name];
}

/** Prepared requests of a stream: enough that every viewer takes part several times. */
export const PREPARED = 20_000;

/** Video ids are below it; a pair is then one exact number. */
const PAIRS_PER_VIEWER = 2 ** 32;
export const pairOf = (viewer: number, videoId: number): number => viewer * PAIRS_PER_VIEWER + videoId;

/**
 * Likes and unlikes of which each changes something: a viewer takes back what they like and likes what they do not.
 *
 * @param liked pairs that exist (`pairOf` index of the viewer, id of the video); kept up to date
 */
export function likeChanges(data: DataSet, dialect: Dialect, liked: Set<number>, seed: number): () => Request {
  const random = seeded(seed);
  const popular = zipf(data.videoIds.length, random);
  return () => {
    const viewer = Math.floor(random() * data.viewers.length);
    const videoId = data.videoIds[popular()] ?? 0;
    const pair = pairOf(viewer, videoId);
    const likes = !liked.delete(pair);
    if (likes) liked.add(pair);
    return dialect.request('like', { token: data.viewers[viewer]?.token, video_id: videoId, action_type: likes ? 1 : 2 });
  };
}

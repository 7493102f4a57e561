import type { Bulk } from './bulk.js';
import { KEYWORDS } from './keywords.js';
import type { Range } from './ranges.js';
import { seeded, zipf } from './skew.js';

const VIDEOS = {
  name: 'doul_video.videos',
  columns: (
    'id author_id title state object_key media_set cover_key pictures blurhash size_bytes width height duration_ms request_key ' +
    'created_at published_at feed_time state_at'
  ).split(' '),
};
/** Time between two publications when there is room for it, in ms: 100,000 videos are eleven days. */
const USUAL_GAP_MS = 10_000;
/** The newest video is this old, so that what is published from now on is newer. */
const REST_MS = 60_000;

const keyword = (at: number): string => KEYWORDS[at % KEYWORDS.length] ?? '';
/** Of a processed video; its name has the length of a media set's. */
const mediaSet = (id: number): string => `bench-${String(id).padStart(15, '0')}`;
const BLURHASH = 'LEHV6nWB2yk8pyo0adR*.7kCMdnj';
/** A title as long as people write them: with the addresses of what was made of a video a page of the feed has about 32 KB. */
const title = (at: number): string => `${keyword(at)} 第${at}条：周末和朋友出门，最后一段我最喜欢 #${keyword(at * 7)}`;

/**
 * Published videos of authors of whom few have many. Feed times follow whatever was published before, since the feed's index
 * takes videos in by ascending feed time.
 */
export async function writeVideos(bulk: Bulk, users: Range, count: number): Promise<Range> {
  const first = (await bulk.number('SELECT COALESCE(MAX(id), 0) + 1 FROM doul_video.videos')) || 1;
  const author = zipf(users.count, seeded(1));
  const last = await bulk.number('SELECT last_time FROM doul_video.feed_clock WHERE id = 1');
  const end = Date.now() - REST_MS;
  const gap = Math.min(USUAL_GAP_MS, Math.max(1, Math.floor((end - last - 1) / count)));
  const start = Math.max(last + 1, end - count * gap);
  const time = (at: number): number => start + at * gap;
  await bulk.load(VIDEOS, count, (at) => [
    first + at,
    users.first + author(),
    title(at),
    'published',
    `bench/${first + at}.mp4`,
    mediaSet(first + at),
    `media/${mediaSet(first + at)}/cover-bench.jpg`,
    1,
    BLURHASH,
    1_000_000,
    720,
    1_280,
    15_000,
    `bench-${first + at}`,
    time(at),
    time(at),
    time(at),
    time(at),
  ]);
  await bulk.run(`UPDATE doul_video.feed_clock SET last_time = GREATEST(last_time, ${time(count - 1)}) WHERE id = 1`);
  return { first, count };
}

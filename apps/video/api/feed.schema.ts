import { VideoSchema, endpoint, examples, p } from '@doul/http';
import { z } from 'zod';

/** Videos of a page. */
export const FEED_PAGE = 30;

export const listFeed = endpoint({
  method: 'GET',
  path: '/douyin/feed/',
  summary: 'A page of the feed, newest publication first',
  description:
    'Give next_time back as latest_time for the next page. At the end the list is empty. A wrong or expired token counts as none. While a service is away, flags are false and the header X-Doul-Degraded names them.',
  folder: 'video',
  auth: 'lenient',
  params: { latest_time: p.latestTime() },
  answer: {
    video_list: z.array(VideoSchema),
    next_time: z.int().meta({ description: 'latest_time of the next page, in ms', example: 1_714_550_400_000 }),
  },
  example: { video_list: [examples.video], next_time: 1_714_550_400_000 },
});

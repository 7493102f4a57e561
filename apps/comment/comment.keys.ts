import { defineKey } from '@doul/data';

export const commentCountersKey = defineKey({
  name: 'commentCounters',
  pattern: 'comment:count:{id}',
  type: 'string',
  ttl: '7d',
  doc: "Copy of a video's row of comment_counters: version:comment_count",
});

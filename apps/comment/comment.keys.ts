import { defineKey } from '@doul/data';

export const commentCountersKey = defineKey({
  name: 'commentCounters',
  pattern: 'comment:count:{id}',
  type: 'string',
  ttl: '7d',
  doc: "Copy of a video's row of comment_counters: version:comment_count",
});

export const commentChangesKey = defineKey({
  name: 'commentChanges',
  pattern: 'comment:changes',
  type: 'stream',
  ttl: 'none: bounded to some 20,000 batches; readers start anew when it is lost',
  doc: "Which videos' comment counts changed lately: the ids of one batch in each entry",
});

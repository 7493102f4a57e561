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

export const listVersionKey = defineKey({
  name: 'commentListVersion',
  pattern: 'comment:list-version:{video}',
  type: 'string',
  ttl: '1d',
  doc: "Names the state of a video's list of comments: another text after every change, so that pages kept in processes are used only while they are right",
});

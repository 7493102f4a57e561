import { defineKey } from '@doul/data';

export const likeMetaKey = defineKey({
  name: 'likeMeta',
  pattern: 'like:{{shard}}:meta',
  type: 'hash',
  ttl: 'none: one per shard; says that the shard of the like store exists, of which generation it is and how far its log is trimmed',
  doc: 'generation, trimmed (log position up to which entries may be gone)',
});

export const likeLogKey = defineKey({
  name: 'likeLog',
  pattern: 'like:{{shard}}:log',
  type: 'stream',
  ttl: 'none: trimmed up to what MySQL has stored',
  doc: 'Changes of memberships, one entry per call; field c = viewer:video:likedAt;... with likedAt 0 for an unlike',
});

export const likedVideosKey = defineKey({
  name: 'likedVideos',
  pattern: 'like:{{shard}}:of:{viewer}',
  type: 'zset',
  ttl: '30d',
  doc: 'Videos a viewer likes by time of the like (Unix ms), and marks; of a viewer with more than 8,000 likes the latest, at most 10,000 members; rebuilt from MySQL and the log',
});

export const feedKey = defineKey({
  name: 'feed',
  pattern: 'feed:{{list}}',
  type: 'zset',
  ttl: 'none: the newest 10,000 published videos; rebuilt from MySQL when missing',
  doc: 'video:author by feed time',
});

export const feedMetaKey = defineKey({
  name: 'feedMeta',
  pattern: 'feed:{{list}}:meta',
  type: 'hash',
  ttl: 'none: two numbers',
  doc: 'synced = feed time up to which every published video has been put in; floor = feed time from which on every one is in',
});

export const cardKey = defineKey({
  name: 'videoCard',
  pattern: 'video:card:{id}',
  type: 'string',
  ttl: '10m',
  doc: 'What of a video changes only with its version, as JSON; forgotten when it changes',
});

export const videoCountersKey = defineKey({
  name: 'videoCounters',
  pattern: 'video:counters:{id}',
  type: 'string',
  ttl: '7d',
  doc: 'Copy of a row of video_counters; never older than what was there',
});

export const userCountersKey = defineKey({
  name: 'videoUserCounters',
  pattern: 'video:user-counters:{id}',
  type: 'string',
  ttl: '7d',
  doc: 'Copy of a row of user_counters; never older than what was there',
});

export const videoChangesKey = defineKey({
  name: 'videoChanges',
  pattern: 'video:changes',
  type: 'stream',
  ttl: 'none: bounded to some 20,000 batches; readers start anew when it is lost',
  doc: 'Which videos changed lately: the ids of one batch in each entry',
});

export const videoEditsKey = defineKey({
  name: 'videoEdits',
  pattern: 'video:edits',
  type: 'stream',
  ttl: 'none: bounded to some 20,000 batches; readers start anew when it is lost',
  doc: 'Which videos themselves changed lately, published and removed ones: the ids of one batch in each entry',
});

export const authorChangesKey = defineKey({
  name: 'authorChanges',
  pattern: 'video:user-changes',
  type: 'stream',
  ttl: 'none: bounded to some 20,000 batches; readers start anew when it is lost',
  doc: "Which users' counters changed lately: the ids of one batch in each entry",
});

import { defineKey } from '@doul/data';

export const followCountersKey = defineKey({
  name: 'friendCounters',
  pattern: 'friend:counters:{id}',
  type: 'string',
  ttl: '7d',
  doc: 'Copy of a row of user_counters; never older than what was there',
});

/** Both keys of a user lie in one cluster slot, since scripts change them together. */
export const followingKey = defineKey({
  name: 'friendFollowing',
  pattern: 'friend:following:{{id}}',
  type: 'set',
  ttl: '1d',
  doc: 'Whom a user follows, and the member 0 that says the set is loaded; at most 10,000',
});

export const followingVersionKey = defineKey({
  name: 'friendFollowingVersion',
  pattern: 'friend:following:{{id}}:version',
  type: 'string',
  ttl: '1d',
  doc: "The follow_version of the user's counters up to which the set is certainly right",
});

export const followChangesKey = defineKey({
  name: 'followChanges',
  pattern: 'friend:changes',
  type: 'stream',
  ttl: 'none: bounded to some 20,000 batches; readers start anew when it is lost',
  doc: "Which users' follow counters changed lately: the ids of one batch in each entry",
});

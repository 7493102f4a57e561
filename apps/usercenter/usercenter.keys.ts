import { defineKey } from '@doul/data';

export const profileKey = defineKey({
  name: 'userProfile',
  pattern: 'user:profile:{id}',
  type: 'string',
  ttl: '1h',
  doc: 'What of a profile changes only with its version, as JSON; forgotten when it changes',
});

export const profileChangesKey = defineKey({
  name: 'profileChanges',
  pattern: 'user:changes',
  type: 'stream',
  ttl: 'none: bounded to some 20,000 batches; readers start anew when it is lost',
  doc: 'Which profiles changed lately: the ids of one batch in each entry',
});

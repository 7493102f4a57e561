import { defineKey } from '@doul/data';

export const profileKey = defineKey({
  name: 'userProfile',
  pattern: 'user:profile:{id}',
  type: 'string',
  ttl: '1h',
  doc: 'What of a profile changes only with its version, as JSON; forgotten when it changes',
});

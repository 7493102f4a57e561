import { keyTable } from '@doul/data';
import type { Generator } from './generator.js';
import { code, page, table } from './markdown.js';
import { load, sources } from './repository.js';

/** docs/reference/keys.md: every Redis key. */
export const keys: Generator = {
  name: 'keys',
  async generate() {
    await load(sources('.keys.ts'));
    const rows = keyTable().map((key) => [code(key.pattern), key.name, key.type, key.ttl, key.doc]);
    const about =
      'Every Redis key. Doubled braces are a hash tag of Redis Cluster: keys that share it live on one node. ' +
      'The lifetime is counted from the last write.';
    return [{ path: 'docs/reference/keys.md', text: page('Redis keys', about, table(['key', 'name', 'type', 'lifetime', 'what'], rows)) }];
  },
};

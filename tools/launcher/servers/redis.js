import { firstOnPath } from '../binaries.js';
import { writeFile } from '../layout.js';
import { tcpAnswers } from '../probes.js';
import { join, serverBasics } from './spec.js';

/**
 * Redis holds acknowledged likes, so every write is on disk before its answer. When its memory is full the copies that were asked for least
 * lately go (docs/adr/0019): they have times to live, likes have none.
 * A small sorted set is a list by default, in which each question for a member reads half of it: a viewer's flags on a page would
 * cost ten times more at a hundred likes.
 * `set-proc-title no` keeps the environment readable, by which `down` knows its own processes.
 * @param {import('../profile.js').Profile} profile
 * @param {string} dir
 */
const config = ({ ports, secrets }, dir) => `port ${ports.redis}
bind 127.0.0.1
dir "${dir}"
requirepass ${secrets.redis}
appendonly yes
appendfsync always
save ""
maxmemory 512mb
maxmemory-policy volatile-lru
zset-max-listpack-entries 16
daemonize no
set-proc-title no
`;

/**
 * @param {import('../profile.js').Profile} profile
 * @returns {import('./spec.js').Spec}
 */
export function redis(profile) {
  const basics = serverBasics(profile, 'redis');
  const file = join(basics.cwd, 'redis.conf');
  return {
    ...basics,
    command: firstOnPath('redis-server') ?? 'redis-server',
    args: [file],
    port: profile.ports.redis,
    prepare: () => writeFile(file, config(profile, basics.cwd), 0o600),
    ready: () => tcpAnswers(profile.ports.redis, { send: `AUTH ${profile.secrets.redis}\r\nPING\r\n`, expect: /^\+OK\r\n(\+PONG|$)/ }),
  };
}

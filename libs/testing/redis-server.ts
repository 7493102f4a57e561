import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

const run = promisify(execFile);
const STARTING_MS = 30_000;

/** A Redis server of a test's own. */
export interface RedisServer {
  /** For REDIS_URL. */
  url: string;
  /** Sends a command; the answer as `redis-cli` prints it. */
  ask(...command: string[]): Promise<string>;
  stop(): Promise<void>;
}

/** Runs `redis-cli`; what it prints. */
export const redisCli = async (...args: string[]): Promise<string> => (await run('redis-cli', args)).stdout.trim();

/** Starts a real Redis in a directory of its own, which syncs each write. @param options of redis.conf, by name */
export async function redisServer(options: Readonly<Record<string, string | number>>): Promise<RedisServer> {
  const dir = mkdtempSync(join(tmpdir(), 'doul-redis-'));
  const port = await freePort();
  const all = { port, bind: '127.0.0.1', dir, appendonly: 'yes', appendfsync: 'always', save: '', ...options };
  const child = spawn(
    'redis-server',
    Object.entries(all).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: 'ignore' },
  );
  const ask = (...command: string[]): Promise<string> => redisCli('-h', '127.0.0.1', '-p', String(port), ...command);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await once(child, 'exit');
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await eventually(() => ask('ping'), { within: STARTING_MS });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, ask, stop };
}

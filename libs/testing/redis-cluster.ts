import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';

const run = promisify(execFile);
/** Slots are shared out among this many masters, the fewest that `redis-cli --cluster create` takes. */
const NODES = 3;
const FORMING_MS = 30_000;

export interface TestCluster {
  /** For REDIS_URL: all nodes, separated by commas. */
  url: string;
  /** Sends a command to each node; the answers. */
  each(...command: string[]): Promise<string[]>;
  stop(): Promise<void>;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function startNode(dir: string): Promise<{ child: ChildProcess; port: number }> {
  const [port, bus] = [await freePort(), await freePort()];
  const options = {
    port,
    'cluster-port': bus,
    bind: '127.0.0.1',
    dir,
    'cluster-enabled': 'yes',
    'cluster-config-file': `nodes-${port}.conf`,
    appendonly: 'yes',
    appenddirname: `aof-${port}`,
    appendfsync: 'always',
    save: '',
  };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return { port, child: spawn('redis-server', args, { stdio: 'ignore' }) };
}

/** A real Redis Cluster of three masters in a directory of its own. */
export async function redisCluster(): Promise<TestCluster> {
  const dir = mkdtempSync(join(tmpdir(), 'doul-cluster-'));
  const nodes: { child: ChildProcess; port: number }[] = [];
  const ask = async (port: number, ...command: string[]): Promise<string> =>
    (await run('redis-cli', ['-h', '127.0.0.1', '-p', String(port), ...command])).stdout.trim();
  const says = (port: number, expected: string, ...command: string[]): Promise<void> =>
    eventually(
      async () => {
        const answer = await ask(port, ...command);
        if (!answer.includes(expected)) throw new Error(answer);
      },
      { within: FORMING_MS },
    );
  const stop = async (): Promise<void> => {
    const alive = nodes.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    await Promise.all(alive.map(({ child }) => new Promise((gone) => child.once('exit', gone).kill('SIGKILL'))));
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    while (nodes.length < NODES) nodes.push(await startNode(dir));
    for (const { port } of nodes) await says(port, 'PONG', 'ping');
    await run('redis-cli', ['--cluster', 'create', ...nodes.map(({ port }) => `127.0.0.1:${port}`), '--cluster-yes']);
    for (const { port } of nodes) await says(port, 'cluster_state:ok', 'cluster', 'info');
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(','),
    each: (...command) => Promise.all(nodes.map(({ port }) => ask(port, ...command))),
    stop,
  };
}

import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { eventually } from './eventually.js';
import { send } from './api-client.js';

const run = promisify(execFile);
/** A command of `./doul` in a test may take this long, in ms. */
const COMMAND_MS = 120_000;

const root = resolve(process.env['DOUL_ROOT'] ?? process.cwd());

/** Runs `./doul …` against the system under test and returns what it printed. */
export async function doul(...args: string[]): Promise<string> {
  const { stdout } = await run(resolve(root, 'doul'), args, { cwd: root, timeout: COMMAND_MS, maxBuffer: 16 << 20 });
  return stdout;
}

export interface StatusRow {
  name: string;
  state: string;
  pid?: number;
  restarts: number;
}

/** What goes wrong in production, done to a server or a layer by its name: `redis`, `mysql`, `video-rpc`, … */
export const chaos = {
  /** `kill -9`; the supervisor starts it again. */
  kill: (name: string) => doul('kill', name, '-KILL'),
  /** Freezes the process without closing its connections. */
  pause: (name: string) => doul('kill', name, '-STOP'),
  resume: (name: string) => doul('kill', name, '-CONT'),
  stop: (name: string) => doul('stop', name),
  start: (name: string) => doul('start', name),
  /** Rolling: a new instance takes over before the old one goes. */
  roll: (layer: string) => doul('restart', layer),
  status: async (): Promise<StatusRow[]> => JSON.parse(await doul('status', '--json')) as StatusRow[],
};

/** Waits until every layer is ready again and the entry point answers. */
export async function recovered(): Promise<void> {
  await eventually(
    async () => {
      const rows = await chaos.status();
      const down = rows.filter((row) => row.state !== 'running' && row.state !== 'ready');
      if (down.length > 0) throw new Error(`not back yet: ${down.map((row) => `${row.name} ${row.state}`).join(', ')}`);
      const feed = await send('GET', '/douyin/feed/');
      if (feed.status !== 200) throw new Error(`the feed answers HTTP ${feed.status}`);
      await feed.arrayBuffer();
    },
    { within: 60_000, every: 300 },
  );
}

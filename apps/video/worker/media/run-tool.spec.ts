import { metrics } from '@doul/runtime';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { eventually } from '../../../../libs/testing/eventually.js';
import { runTool } from './run-tool.js';
import { caged } from './tool-cage.js';
import { ToolGroup } from './tool-group.js';

const MEMORY_MEGABYTES = 1_024;
const ROOM = { ms: 20_000, bytes: 100_000 };

let folder: string;
beforeAll(async () => {
  vi.stubEnv('MEDIA_MEMORY_MEGABYTES', String(MEMORY_MEGABYTES));
  vi.stubEnv('MEDIA_NICE', '7');
  folder = await mkdtemp(join(tmpdir(), 'doul-tool-'));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const isThere = (...command: [string, ...string[]]): boolean => spawnSync(command[0], command.slice(1)).status === 0;
const shell = (script: string, limits = {}) => runTool('sh', ['-c', script], { ...ROOM, ...limits });
const printed = async (script: string, limits = {}): Promise<string> => (await shell(script, limits)).stdout.toString().trim();

/** Whether a process runs; one that has ended may stay in the list until somebody asks how. */
async function isRunning(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return text !== '' && !/\) [ZX] /.test(text);
}

describe('runTool', () => {
  it('kills what takes too long or writes too much, and tells both apart from a verdict', async () => {
    await expect(runTool('sleep', ['10'], { ms: 50, bytes: 1 })).rejects.toMatchObject({
      message: 'sleep took more than 50 ms',
      limit: 'time',
    });
    const chatty = runTool('yes', [], { ms: 5_000, bytes: 1_000 });
    await expect(chatty).rejects.toMatchObject({ message: 'yes wrote more than 1000 bytes', limit: 'output' });
    await expect(runTool('no-such-tool', [], { ms: 5_000, bytes: 1 })).rejects.toThrow('ENOENT');
    expect(await runTool('false', [], { ms: 5_000, bytes: 1 })).toMatchObject({ code: 1 });
  });

  it('kills what its caller gives up, and throws the caller’s reason', async () => {
    const giveUp = new AbortController();
    const waiting = runTool('sh', ['-c', 'echo $$; exec sleep 60'], {
      ...ROOM,
      signal: giveUp.signal,
      onOutput: (text) => giveUp.abort(new Error(`enough of ${text.trim()}`)),
    });
    const reason: unknown = await waiting.catch((error: unknown) => error);
    const pid = Number(/enough of (\d+)/.exec(String(reason))?.[1]);
    expect(pid).toBeGreaterThan(1);
    expect(await isRunning(pid)).toBe(false);
  });

  it('does not count the time in which its group is paused', async () => {
    const tools = new ToolGroup();
    tools.pause();
    // Stopped from the start: what it needs of its time, it needs afterwards.
    const running = tools.run(() => shell('echo done', { ms: 5_000 }));
    const early = await Promise.race([running.then(() => 'ended', String), sleep(7_000, 'waits')]);
    tools.resume();
    expect(early).toBe('waits');
    expect((await running).stdout.toString()).toBe('done\n');
  }, 30_000);

  it('stops what takes too long between pauses', async () => {
    const tools = new ToolGroup();
    const running = tools.run(() => runTool('sleep', ['60'], { ms: 1_000, bytes: 1 }));
    const refused = expect(running).rejects.toMatchObject({ message: 'sleep took more than 1000 ms', limit: 'time' });
    for (let pause = 0; pause < 3; pause += 1) {
      tools.pause();
      await sleep(20);
      tools.resume();
    }
    await refused;
  }, 30_000);

  it('keeps the beginning and the end of what a tool complains about', async () => {
    const { stderr } = await shell('echo first >&2; yes complaint | head -c 1000000 >&2; echo last >&2');
    expect(stderr.length).toBeLessThan(40_000);
    expect([stderr.startsWith('first\n'), stderr.endsWith('last\n')]).toEqual([true, true]);
  });

  it('yields to everything else', async () => {
    expect(await printed('nice')).toBe('7');
  });
});

describe.skipIf(!isThere('prlimit', '--core=0', 'true'))('the limits of a tool', () => {
  it('are given for memory, time of the CPU and files, and no core is dumped', async () => {
    // The shell counts memory in KiB and files in blocks of 512 bytes.
    const limits = await printed('ulimit -v; ulimit -t; ulimit -f; ulimit -c', { fileBytes: 51_200 });
    expect(limits.split('\n').map(Number)).toEqual([MEMORY_MEGABYTES * 1_024, (ROOM.ms / 1_000) * 2, 100, 0]);
  });

  it('are said to be in force', async () => {
    await shell('true');
    const { values } = await metrics.gauge('doul_media_cage', '').get();
    expect(values.find(({ labels }) => labels['limit'] === 'resources')?.value).toBe(1);
  });

  it('let nobody have more memory', async () => {
    const take = (size: string) => runTool('dd', ['if=/dev/zero', 'of=/dev/null', `bs=${size}`, 'count=1'], ROOM);
    expect((await take('64M')).code).toBe(0);
    const refused = await take('1100M');
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('memory');
  });

  it('let nobody write a larger file, or any that was not asked for', async () => {
    const file = join(folder, 'written');
    const write = (blocks: number, fileBytes?: number) =>
      runTool('dd', ['if=/dev/zero', `of=${file}`, 'bs=1024', `count=${blocks}`], fileBytes === undefined ? ROOM : { ...ROOM, fileBytes });
    expect((await write(10, 10_240)).code).toBe(0);
    await expect(write(11, 10_240)).rejects.toThrow('dd was killed by SIGXFSZ');
    expect((await stat(file)).size).toBe(10_240);
    await expect(write(1)).rejects.toThrow('dd was killed by SIGXFSZ');
    expect((await stat(file)).size).toBe(0);
  });
});

const canBeAlone = isThere('unshare', '--net', 'true') || isThere('unshare', '--user', '--map-root-user', '--net', 'true');

describe.skipIf(!canBeAlone || !isThere('bash', '-c', 'true'))('a tool', () => {
  it('has no network, not even this host', async () => {
    let visits = 0;
    const server = createServer((socket) => {
      visits += 1;
      socket.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const knock = ['-c', `: < /dev/tcp/127.0.0.1/${(server.address() as AddressInfo).port}`];
    try {
      const outside = spawn('bash', knock, { stdio: 'ignore' });
      expect(await new Promise((done) => outside.once('exit', done))).toBe(0);
      await eventually(() => Promise.resolve(expect(visits).toBe(1)));
      const inside = await runTool('bash', knock, ROOM);
      expect(inside.code).not.toBe(0);
      expect(visits).toBe(1);
    } finally {
      server.close();
    }
  });
});

describe.skipIf(!isThere('setpriv', '--pdeathsig', 'KILL', '--', 'true'))('an encoder', () => {
  it('does not outlive a worker that is killed', async () => {
    const endless = ['-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc2=s=64x64:r=5', '-f', 'null', '-'];
    const [program, ...args] = caged('ffmpeg', endless, { ...ROOM, ms: 120_000 });
    /** Starts the command as a worker does, says its process id, and waits for ever. */
    const worker = `
      const child = require('node:child_process').spawn(${JSON.stringify(program)}, ${JSON.stringify(args)}, { stdio: ['ignore', 'pipe', 'pipe'] });
      process.stdout.write(String(child.pid) + '\\n');
      setInterval(() => undefined, 1000);`;
    const parent = spawn(process.execPath, ['-e', worker], { stdio: ['ignore', 'pipe', 'inherit'] });
    const encoder = await new Promise<number>((told) => parent.stdout.once('data', (data: Buffer) => told(Number(data.toString()))));
    try {
      const nameOf = () => readFile(`/proc/${encoder}/comm`, 'latin1');
      await eventually(async () => expect(await nameOf()).toBe('ffmpeg\n'));
      parent.kill('SIGKILL');
      await eventually(async () => expect(await isRunning(encoder)).toBe(false), { within: 10_000 });
    } finally {
      parent.kill('SIGKILL');
      if (await isRunning(encoder)) process.kill(encoder, 'SIGKILL');
    }
  });
});

import { objectStore } from '@doul/storage';
import {
  ask,
  badNetwork,
  chaos,
  largeFile,
  must,
  newUser,
  publicUrl,
  publishStreamed,
  sha256Of,
  type Actor,
  type BadNetwork,
  type LargeFile,
} from '@doul/testing';
import { randomBytes } from 'node:crypto';
import { openAsBlob, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeFile } from '../../../clients/upload/node-file.js';
import { VideoUpload, md5, type Progress, type UploadFile, type UploadOptions } from '../../../clients/upload/index.js';

const MIB = 2 ** 20;
/** 1024 and 500 every night (.github/workflows/nightly.yml): a change has to wait for these less long. */
const PARTS_BYTES = Number(process.env['UPLOAD_TEST_MB'] ?? 64) * MIB;
const ONE_SHOT_BYTES = Number(process.env['ONE_SHOT_TEST_MB'] ?? 160) * MIB;
const CUTS = 10;
const LIMIT_MS = 600_000;

const say = (line: string): void => void process.stdout.write(`  ${line}\n`);

let alice: Actor;
beforeAll(async () => {
  alice = await newUser('alice');
});

describe('a large file on a bad network', () => {
  let file: LargeFile;
  let network: BadNetwork;
  beforeAll(async () => {
    file = await largeFile(PARTS_BYTES);
    network = await badNetwork(publicUrl(), { cuts: CUTS, mostBytes: PARTS_BYTES / 12 });
  });
  afterAll(async () => {
    await network.close();
    await file.remove();
  });

  it(
    'arrives byte for byte: cut ten times, parts repeated and out of order, one damaged, the client’s state lost twice',
    async () => {
      const before = Date.now();
      const onDisk = await nodeFile(file.path, 'video/mp4');
      const seen = { puts: 0, key: '', damaged: 0 };
      const through = watchedFetch(network, seen);
      const told = { baseUrl: network.url, token: alice.token, title: 'large', sha256: file.sha256, fetch: through };

      const uploadId = await lose(onDisk, told, 0.3);
      await disturb(uploadId, await openAsBlob(file.path));
      await lose(onDisk, { ...told, uploadId }, 0.6);
      const last = new VideoUpload(onDisk, { ...told, uploadId });
      const videoId = await last.run();
      const seconds = (Date.now() - before) / 1_000;
      await onDisk.close();

      expect(await sha256Of(await objectStore().getStream(seen.key))).toBe(file.sha256);
      expect((await objectStore().head(seen.key))?.size).toBe(PARTS_BYTES);
      expect(network.cuts).toBe(CUTS);
      expect(seen.damaged).toBeGreaterThanOrEqual(1);
      expect((await alice.awaits('large', 'published')).id).toBe(videoId);
      const parts = Math.ceil(PARTS_BYTES / (5 * MIB));
      say(
        `${PARTS_BYTES / MIB} MB in ${seconds.toFixed(1)} s: ${parts} parts, ${seen.puts} sent, ${network.cuts} cuts, ${seen.damaged} damaged`,
      );
    },
    LIMIT_MS,
  );

  /** Begins, or goes on, until so much is stored, and then forgets everything but the upload's id. */
  async function lose(source: UploadFile, options: UploadOptions, share: number): Promise<string> {
    const onProgress = ({ state, sentBytes, totalBytes }: Progress): void => {
      if (state === 'uploading' && sentBytes >= share * totalBytes) upload.pause();
    };
    const upload = new VideoUpload(source, { ...options, onProgress });
    expect(await upload.run()).toBeUndefined();
    expect(upload.progress.state).toBe('paused');
    return upload.progress.uploadId;
  }

  /** Sends the last part first, another twice, and one that is stored already with other bytes of the same size. */
  async function disturb(upload_id: string, blob: Blob): Promise<void> {
    const status = await must<{ part_size: number; part_count: number; parts: { number: number }[] }>(
      'GET',
      '/douyin/publish/upload/status/',
      {
        query: { upload_id },
        token: alice.token,
      },
    );
    const damaged = status.parts[0]?.number ?? 1;
    const bytesOf = (number: number): Blob => blob.slice((number - 1) * status.part_size, number * status.part_size, '');
    const { parts } = await must<{ parts: { number: number; url: string; size: number }[] }>('POST', '/douyin/publish/upload/parts/', {
      form: { upload_id, numbers: [...new Set([status.part_count, status.part_count - 1, damaged])].join(',') },
      token: alice.token,
    });
    for (const { number, url, size } of parts) {
      const body = number === damaged ? randomBytes(size) : bytesOf(number);
      for (let times = 0; times < 2; times += 1) expect((await fetch(url, { method: 'PUT', body })).status).toBe(200);
    }
  }
});

/** Sends everything through the bad network, the parts too, whose addresses name the real one. */
function watchedFetch(network: BadNetwork, seen: { puts: number; key: string; damaged: number }): typeof fetch {
  return async (input, init) => {
    const url = new URL(String(input));
    url.host = new URL(network.url).host;
    if (init?.method !== 'PUT') return fetch(url, init);
    seen.puts += 1;
    // Again until it shows: a part that is damaged and then cut off tells nobody.
    if (network.cuts === CUTS && seen.damaged === 0) network.damage();
    seen.key = url.pathname.replace('/storage/', '');
    const response = await fetch(url, init);
    if (response.headers.get('etag')?.replaceAll('"', '') !== md5(init.body as Uint8Array)) seen.damaged += 1;
    return response;
  };
}

describe('completing twenty times at once', () => {
  it('makes one video', async () => {
    const bob = await newUser('bob');
    const file = await largeFile(6 * MIB);
    const blob = await openAsBlob(file.path, { type: 'video/mp4' });
    const uploading = new VideoUpload(blob, {
      baseUrl: publicUrl(),
      token: bob.token,
      title: 'twenty',
      fetch: async (input, init) =>
        String(input).includes('/complete/') ? Response.json({ status_code: 1, status_msg: 'later' }) : fetch(input, init),
    });
    await expect(uploading.run()).rejects.toThrow('later');
    const { uploadId } = uploading.progress;
    const complete = () => ask('POST', '/douyin/publish/upload/complete/', { form: { upload_id: uploadId }, token: bob.token });
    const answers = await Promise.all(Array.from({ length: 20 }, complete));
    expect(answers.map(({ status_code }) => status_code)).toEqual(answers.map(() => 0));
    expect(new Set(answers.map((answer) => answer['video_id'])).size).toBe(1);
    expect(await bob.videosOf(bob)).toHaveLength(1);
    await file.remove();
  });
});

describe('a large file in one request', () => {
  it(
    'passes through the process without staying in it',
    async () => {
      const file = await largeFile(ONE_SHOT_BYTES);
      const name = process.env['DOUL_SHAPE'] === 'all-in-one' ? 'all' : 'video-api';
      const pid = (await chaos.status()).find((row) => row.name === name)?.pid;
      expect(pid, `the pid of ${name}`).toBeGreaterThan(0);
      const before = rssOf(pid ?? 0);
      let peak = before;
      const timer = setInterval(() => (peak = Math.max(peak, rssOf(pid ?? 0))), 20);
      const started = Date.now();
      const { answer } = await publishStreamed(file.path, alice.token, 'one shot');
      clearInterval(timer);
      const grown = (peak - before) / MIB;
      say(
        `${ONE_SHOT_BYTES / MIB} MB in one request, ${((Date.now() - started) / 1_000).toFixed(1)} s: RSS of ${name} ${(before / MIB).toFixed(0)} MB, at most ${grown.toFixed(1)} MB more`,
      );
      expect(answer).toMatchObject({ status_code: 0 });
      expect(grown).toBeLessThan(64);
      await file.remove();
      await alice.awaits('one shot', 'published');
    },
    LIMIT_MS,
  );
});

/** Bytes of memory that a process occupies (Linux). */
const rssOf = (pid: number): number => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;

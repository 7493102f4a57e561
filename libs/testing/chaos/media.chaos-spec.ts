import { objectStore } from '@doul/storage';
import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, chaos, clip, eventually, fileBlob, must, newUser, newUsers, recovered, type Actor, type VideoObject } from '../index.js';
import { startByHand, stopByHand } from './by-hand.js';

/** MEDIA_UPLOADS=20 MEDIA_KILLS=20 shows the same for longer. */
const UPLOADS = Number(process.env['MEDIA_UPLOADS'] ?? 8);
const KILLS = Number(process.env['MEDIA_KILLS'] ?? 4);
/** Kills of the layer that completes uploads, and how many uploads are completed at each; COMPLETION_KILLS=20 shows it for longer. */
const COMPLETION_KILLS = Number(process.env['COMPLETION_KILLS'] ?? 1);
const COMPLETIONS = 18;
/** About as long as that takes, in ms. */
const COMPLETING_MS = 250;
/** Every fourth upload is no video. */
const isBroken = (at: number): boolean => at % 4 === 3;

/** One whose picture has to be encoded, in three sizes. */
const LOOK = { seconds: 2, width: 720, height: 1_280, codec: 'mpeg4' } as const;
const RENDITIONS = ['360p', '540p', '720p'];
/** What an encoder is writing while it makes the first rendition, and while it makes the others. */
const WRITTEN = { first: 'picture.mp4', ladder: '360p.mp4' } as const;
/** Longest wait for an encoder to be hit, in ms, as long as what was hit before is taken up again: then the worker is killed at whatever it does. */
const AIM_MS = 40_000;
/** An encoder is hit within this time after it has begun, in ms; every second kill comes later, whatever the worker does by then. */
const ENCODING_MS = 500;
const LATER_MS = 3_000;

const say = (line: string): void => void process.stdout.write(`  ${line}\n`);

async function keysUnder(prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for (let cursor = '', more = true; more; more = cursor !== '') {
    const page = await objectStore().list(prefix, cursor, 1_000);
    keys.push(...page.objects.map(({ key }) => key));
    cursor = page.next;
  }
  return keys;
}
const setsOf = (keys: readonly string[]): Set<string> => new Set(keys.map((key) => key.split('/').slice(0, 2).join('/')));
const folderOf = (video: VideoObject): string => new URL(video.hls_url).pathname.replace(/^\/media\//, '').replace(/\/master\.m3u8$/, '');

/** Folders that media workers have on disk now, each with the names of its files. */
async function temporary(): Promise<{ folder: string; files: string[] }[]> {
  const root = process.env['MEDIA_TEMP_DIR'] ?? '';
  const folders = (await readdir(root)).filter((name) => name.startsWith('doul-media-'));
  return Promise.all(folders.map(async (folder) => ({ folder, files: await readdir(join(root, folder)).catch(() => []) })));
}

/** The id of the process whose folder it is: behind the name of its host. */
const ownerOf = (folder: string): number => Number(/^doul-media-[^-]+-(\d+)-/.exec(folder)?.[1]);

/** Those that nobody needs: a worker that lives keeps decoded frames, whose file the next video is written over. */
async function leftOver(): Promise<string[]> {
  const isKept = ({ folder, files }: { folder: string; files: string[] }): boolean => isAlive(ownerOf(folder)) && files.join() === 'frames';
  return (await temporary()).filter((one) => !isKept(one)).map(({ folder, files }) => `${folder}: ${files.join()}`);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function pidOf(layer: string): Promise<number> {
  const pid = (await chaos.status()).find(({ name }) => name === layer)?.pid;
  if (!pid) throw new Error(`${layer} does not run`);
  return pid;
}

/** Waits until a worker's encoder is at it; false when it was not in time. */
async function encodes(pid: number, what: keyof typeof WRITTEN): Promise<boolean> {
  for (const until = Date.now() + AIM_MS; Date.now() < until; await sleep(50))
    if ((await temporary()).some(({ folder, files }) => ownerOf(folder) === pid && files.includes(WRITTEN[what]))) return true;
  return false;
}

/** What is stored of a media set's renditions, by names within the set. */
const renditionFiles = (keys: readonly string[], set: string): string[] =>
  keys.flatMap((key) => (key.startsWith(`${set}/`) ? [key.slice(set.length + 1)] : [])).filter((name) => /\/|^\d+p\./.test(name));

/** Addresses of the renditions that a video's master playlist names, as they stand there. */
async function playlistsOf(video: VideoObject): Promise<string[]> {
  const lines = (await (await fetch(video.hls_url)).text()).split('\n');
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

describe('a media worker that is killed again and again', () => {
  let alice: Actor;
  beforeAll(async () => {
    await recovered();
    alice = await newUser('alice');
  }, 180_000);

  it('finishes every upload once, with the right outcome, and leaves nothing behind', async () => {
    const before = { media: setsOf(await keysUnder('media/')), originals: new Set(await keysUnder('originals/')) };
    const data = await fileBlob(await clip(LOOK));
    const broken = new Blob([Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(5_000)])]);
    const sending = Array.from({ length: UPLOADS }, (_, at) =>
      ask('POST', '/douyin/publish/action/', {
        multipart: { token: alice.token, title: `clip ${at}`, data: isBroken(at) ? broken : data },
      }),
    );
    const hit = { first: 0, ladder: 0 };
    const killing = (async () => {
      for (let kill = 0; kill < KILLS; kill += 1) {
        // Ladders begin when every other video is published, or waits for the lease of a worker that was killed.
        const what = kill < KILLS / 2 ? 'first' : 'ladder';
        // One that came too late for an encoder is made up for by the next.
        const isAimed = kill % 2 === 0 || hit[what] === 0;
        const pid = await pidOf('video-worker');
        if ((await encodes(pid, what)) && isAimed) hit[what] += 1;
        await sleep(Math.random() * (isAimed ? ENCODING_MS : LATER_MS));
        process.kill(pid, 'SIGKILL');
        await recovered();
      }
    })();
    for (const answer of await Promise.all(sending)) expect(answer.status_code).toBe(0);
    await killing;
    say(`${KILLS} kills: ${hit.first} in the encoding of a first rendition, ${hit.ladder} in that of others`);
    expect(Math.min(hit.first, hit.ladder)).toBeGreaterThanOrEqual(1);
    await eventually(
      async () => {
        const states = new Map((await alice.videosOf(alice)).map(({ title, state }) => [title, state]));
        expect(states.size).toBe(UPLOADS);
        for (let at = 0; at < UPLOADS; at += 1) expect(states.get(`clip ${at}`)).toBe(isBroken(at) ? 'rejected' : 'published');
      },
      { within: 120_000 },
    );
    await eventually(
      async () => {
        const videos = await alice.videosOf(alice);
        expect(videos).toHaveLength(UPLOADS);
        const published = videos.filter(({ state }) => state === 'published');
        for (const video of published) expect(video.preview_url).not.toBe('');
        // Every folder that was made is one of a video, and every video has its own.
        const keys = await keysUnder('media/');
        const made = [...setsOf(keys)].filter((set) => !before.media.has(set));
        expect(made.sort()).toEqual(published.map(folderOf).sort());
        for (const video of published) {
          const playlists = await playlistsOf(video);
          expect(playlists.map((path) => path.replace(/^.*\//, '')).sort()).toEqual(RENDITIONS.map((name) => `${name}.m3u8`));
          // What a killed try has stored lies in a folder that no playlist names.
          const files = playlists.flatMap((path) => [path, path.replace(/m3u8$/, 'mp4')]);
          expect(renditionFiles(keys, folderOf(video)).sort()).toEqual(files.sort());
        }
        // The upload of every video, and nothing else.
        expect((await keysUnder('originals/')).filter((key) => !before.originals.has(key))).toHaveLength(UPLOADS);
        expect(await leftOver()).toEqual([]);
      },
      { within: 180_000 },
    );
    expect((await alice.user(alice)).work_count).toBe(goodOf(UPLOADS));
  }, 900_000);
});

describe('uploads that are completed while the layer that completes them is killed', () => {
  interface Begun {
    readonly title: string;
    readonly id: string;
    readonly key: string;
    readonly bytes: Buffer;
  }
  const PATH = '/douyin/publish/upload/';
  let alice: Actor;
  beforeAll(async () => {
    await recovered();
    alice = await newUser('alice');
  }, 180_000);

  /** Sends a file, which is no video but bytes are bytes, and leaves it to be completed. */
  async function sent(title: string): Promise<Begun> {
    const bytes = randomBytes(20_000);
    const form = { size: bytes.length, content_type: 'video/mp4', title };
    const { upload_id, parts } = await must<{ upload_id: string; parts: { url: string }[] }>('POST', `${PATH}init/`, {
      form,
      token: alice.token,
    });
    const url = parts[0]?.url ?? '';
    expect((await fetch(url, { method: 'PUT', body: bytes })).status).toBe(200);
    return { title, id: upload_id, key: new URL(url).pathname.replace('/storage/', ''), bytes };
  }
  const complete = ({ id }: Begun) =>
    must<{ video_id: number }>('POST', `${PATH}complete/`, { form: { upload_id: id }, token: alice.token });
  const insistently = (upload: Begun) => eventually(() => complete(upload), { within: 30_000 });

  it('each become one video with the bytes that were sent, and every repeat answers the same', async () => {
    const videoOf = new Map<Begun, number>();
    for (let kill = 0; kill < COMPLETION_KILLS; kill += 1) {
      const uploads = await Promise.all(Array.from({ length: COMPLETIONS }, (_, at) => sent(`file ${kill}.${at}`)));
      const pid = await pidOf('video-rpc');
      // Not through ./doul, which takes longer to start than all of this.
      const killing = sleep(Math.random() * COMPLETING_MS).then(() => process.kill(pid, 'SIGKILL'));
      const answers = await Promise.all(
        [...uploads, ...uploads].map(async (upload) => [upload, (await insistently(upload)).video_id] as const),
      );
      await killing;
      for (const [upload, id] of answers) expect(videoOf.set(upload, videoOf.get(upload) ?? id).get(upload)).toBe(id);
    }
    for (const [upload, id] of videoOf) {
      // The last kill may have come after the answers: the layer is then just starting again.
      expect((await insistently(upload)).video_id).toBe(id);
      expect((await objectStore().get(upload.key)).equals(upload.bytes)).toBe(true);
    }
    const videos = await alice.walks<VideoObject>('/douyin/publish/list/', 'video_list', { user_id: alice.id });
    const wanted = [...videoOf].map(([{ title }, id]) => `${id} ${title}`);
    expect(videos.map(({ id, title }) => `${id} ${title}`).sort()).toEqual(wanted.sort());
    expect((await must<{ upload_list: unknown[] }>('GET', `${PATH}list/`, { token: alice.token })).upload_list).toEqual([]);
  }, 900_000);
});

describe('an operator without a shell', () => {
  it('lists jobs and retries failed ones over HTTP, where an instance says who operators are', async () => {
    const [oscar, alice] = (await newUsers('oscar', 'alice')) as [Actor, Actor];
    const video = await alice.publishes('for operators', { seconds: 1, width: 128, height: 128 });
    const instance = await startByHand('video-api', { OPERATOR_USER_IDS: String(oscar.id) });
    try {
      const url = (path: string): string => `${instance.http}/douyin/publish/jobs/${path}`;
      const list = (actor: Actor) =>
        ask<{ job_list: { id: number; video_id: number; step: string }[] }>('GET', url('list/'), { token: actor.token });
      const own = (await list(oscar)).job_list.filter((job) => job.video_id === video.id);
      expect(own.map((job) => job.step)).toEqual(expect.arrayContaining(['probe', 'first', 'pictures', 'ladder']));
      const retry = await ask('POST', url('retry/'), { query: { job_id: own[0]?.id }, token: oscar.token });
      expect(retry.status_code).toBe(13007);
      expect((await list(alice)).status_code).toBe(13008);
    } finally {
      await stopByHand(instance);
    }
  }, 120_000);
});

const goodOf = (uploads: number): number => Array.from({ length: uploads }, (_, at) => at).filter((at) => !isBroken(at)).length;

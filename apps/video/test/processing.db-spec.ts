import { objectStore } from '@doul/storage';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { nanoid } from 'nanoid';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeClip } from '../../../libs/testing/clips.js';
import { CoverWishes } from '../model/cover-wishes.js';
import { BACKGROUND, FOREGROUND, MAX_CLAIMS } from '../model/media-job.js';
import { setPrefix, smallCoverKey } from '../model/media-keys.js';
import { UploadRepository } from '../model/upload.repository.js';
import { Uploads } from '../model/uploads.js';
import { MediaCheck } from '../rpc/media-check.js';
import type { MediaRunner } from '../worker/pipeline/media-runner.js';
import { Purge } from '../worker/cleaning/purge.js';
import { ownPrefix } from '../worker/pipeline/temp-files.js';
import { modelFixture, type ModelFixture } from './model-fixture.js';
import { Pipeline, sweepOrphans } from './pipeline-fixture.js';

// Encoders run at low priority: whatever else keeps the cores busy goes first, in ms.
vi.setConfig({ testTimeout: 180_000 });

let model: ModelFixture;
let pipeline: Pipeline;
let runner: MediaRunner;
let purge: Purge;
let folder: string;
let clip: Buffer;
const objects = objectStore();

/** As when a worker starts: nothing is kept of an earlier one. */
function restart(): void {
  pipeline = new Pipeline(model);
  runner = pipeline.runner;
}

beforeAll(async () => {
  model = await modelFixture();
  restart();
  purge = new Purge(model.publications, model.copies, model.likes, model.likeRows);
  folder = await mkdtemp(join(tmpdir(), 'doul-spec-'));
  clip = await readFile(await makeClip(folder, { seconds: 1, width: 180, height: 320 }));
});
afterAll(async () => {
  await pipeline.close();
  await rm(folder, { recursive: true, force: true });
  await model.close();
});

let made = 0;
async function upload(authorId: number, bytes: Buffer | undefined, sha256 = ''): Promise<{ id: number; key: string }> {
  made += 1;
  const key = `originals/spec-${process.pid}-${made}.mp4`;
  if (bytes) await objects.put(key, bytes, { contentType: 'video/mp4' });
  const video = await model.videos.create({
    ...{ authorId, title: 't', objectKey: key, requestKey: key, sha256 },
    sizeBytes: bytes?.length ?? 1,
  });
  return { id: video?.id ?? 0, key };
}

const stored = async (id: number) => (await model.videos.byIds([id])).get(id);
const works = async (id: number): Promise<number | undefined> =>
  (await model.userCounters.stored(model.database, [id])).get(id)?.values.work_count;
const namesIn = async (mediaSet: string): Promise<string[]> => {
  const { objects: found } = await objects.list(setPrefix(mediaSet), '', 1_000);
  return found.map(({ key }) => key.slice(setPrefix(mediaSet).length).replace(/-[\w-]{21}\.jpg$/, '-*.jpg')).sort();
};
const renditionsOf = async (id: number): Promise<string[]> => {
  const rows = await model.database.query<{ renditions: string }>('SELECT renditions FROM videos WHERE id = ?', [id]);
  return (JSON.parse(rows[0]?.renditions ?? '[]') as { name: string }[]).map(({ name }) => name);
};
const failing = async (id: number): Promise<void> => {
  await model.database.execute('UPDATE media_jobs SET run_at = 0 WHERE video_id = ?', [id]);
};

describe('processing', () => {
  it('publishes a good video with its cover, and repeating it changes nothing', async () => {
    const { id } = await upload(1, clip);
    await runner.run(id, FOREGROUND);
    const first = await stored(id);
    expect(first).toMatchObject({ state: 'published', reason: '', width: 180, height: 320 });
    expect(first?.blurhash).toMatch(/^[\w#$%*+,\-.:;=?@[\]^{|}~]{6,}$/);
    expect((await objects.head(first?.coverKey ?? ''))?.contentType).toBe('image/jpeg');
    expect((await objects.head(smallCoverKey(first?.coverKey ?? '')))?.contentType).toBe('image/jpeg');
    await runner.run(id, FOREGROUND);
    expect(await stored(id)).toEqual(first);
    expect(await works(1)).toBe(1);
    expect((await model.feed.page(0, 5))[0]?.videoId).toBe(id);
  });

  it('adds pictures and renditions behind the publication without another address', async () => {
    const { id } = await upload(1, clip);
    await runner.run(id, FOREGROUND);
    const first = await stored(id);
    await runner.run(id, BACKGROUND);
    const whole = await stored(id);
    expect(whole).toMatchObject({ mediaSet: first?.mediaSet, pictures: 1 });
    expect(await namesIn(whole?.mediaSet ?? '')).toEqual([
      ...['180p.m3u8', '180p.mp4', 'cover-*.jpg', 'cover-small-*.jpg', 'master.m3u8', 'play.mp4'],
      ...['preview.webp', 'storyboard.jpg', 'storyboard.vtt'],
    ]);
    const mine = await ownPrefix();
    expect((await readdir(tmpdir())).filter((name) => name.startsWith(mine))).toEqual([]);
  });

  it('decodes an upload once when it makes all renditions, and again when another worker makes the others', async () => {
    const path = join(folder, 'never-copied.mp4');
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=540x960:r=10:d=1', '-c:v', 'mpeg4'];
    await promisify(execFile)('ffmpeg', ['-v', 'error', '-nostdin', '-y', ...picture, path]);
    const large = await readFile(path);
    const [here, elsewhere] = [await upload(3, large), await upload(3, large)];
    for (const { id } of [here, elsewhere]) await runner.run(id, FOREGROUND);
    pipeline.sources.drop(here.id);
    await objects.delete([here.key]);
    await runner.run(here.id, BACKGROUND);
    await pipeline.close();
    restart();
    await runner.run(elsewhere.id, BACKGROUND);
    for (const { id } of [here, elsewhere]) expect(await renditionsOf(id)).toEqual(['540p', '360p']);
  });

  it('is done again by another worker after one was killed in the middle', async () => {
    const { id } = await upload(2, clip);
    await model.claim(id);
    await model.database.execute('UPDATE media_jobs SET lease_until = 0 WHERE video_id = ?', [id]);
    await runner.run(id, FOREGROUND);
    expect((await stored(id))?.state).toBe('published');
    expect(await works(2)).toBe(1);
  });

  it('rejects what is no video, what is gone, and what is not the file that was announced, each with its reason', async () => {
    const { id: text } = await upload(4, Buffer.from('this is no video'));
    await runner.run(text, FOREGROUND);
    expect(await stored(text)).toMatchObject({ state: 'rejected', reason: 'not-a-video' });
    const { id: lost } = await upload(4, undefined);
    await runner.run(lost, FOREGROUND);
    expect(await stored(lost)).toMatchObject({ state: 'rejected', reason: 'missing' });
    const { id: other } = await upload(4, clip, 'a'.repeat(64));
    await runner.run(other, FOREGROUND);
    expect(await stored(other)).toMatchObject({ state: 'rejected', reason: 'wrong-hash' });
    const { id: same } = await upload(40, clip, createHash('sha256').update(clip).digest('hex'));
    await runner.run(same, FOREGROUND);
    expect((await stored(same))?.state).toBe('published');
    expect(await works(4)).toBe(0);
  });

  it('rejects what turns out to be damaged only when it is encoded', async () => {
    const path = join(folder, 'damaged.mp4');
    const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=180x320:r=24:d=3', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '1000'];
    await promisify(execFile)(process.env['FFMPEG_PATH'] ?? 'ffmpeg', ['-v', 'error', '-y', ...picture, '-pix_fmt', 'yuv420p', path]);
    const file = await readFile(path);
    for (let at = Math.floor(file.length * 0.5); at < file.length * 0.8; at += 1) file[at] = (at * 7_919) % 251;
    const { id } = await upload(4, file);
    await runner.run(id, FOREGROUND);
    expect(await stored(id)).toMatchObject({ state: 'rejected', reason: 'damaged', mediaSet: '' });
    const [, first] = await model.jobs.ofVideo(id);
    expect(first).toMatchObject({ step: 'first', state: 'done' });
    expect(await namesIn(first?.scratch ?? '')).toEqual([]);
  });

  it('gives up what always fails, and does it when an operator says so after the cause is mended', async () => {
    const { id } = await upload(8, clip);
    const { sources } = pipeline;
    const get = sources.with.bind(sources);
    sources.with = () => Promise.reject(new Error('the disk is full'));
    for (let failure = 1; failure <= 4; failure += 1) {
      await expect(runner.run(id, FOREGROUND)).rejects.toThrow('probe failed');
      await failing(id);
    }
    await runner.run(id, FOREGROUND);
    expect(await stored(id)).toMatchObject({ state: 'failed', reason: 'processing-failed' });
    sources.with = get;
    const [job] = await model.jobs.ofVideo(id);
    expect(job?.error).toBe('Error: the disk is full');
    expect(await model.publications.retry(job?.id ?? 0)).toBe(true);
    await runner.run(id, FOREGROUND);
    expect((await stored(id))?.state).toBe('published');
    expect(await works(8)).toBe(1);
  });

  it('does not publish what its author removes meanwhile, and leaves no file', async () => {
    const { id, key } = await upload(5, clip);
    const publish = model.publications.publish.bind(model.publications);
    let mediaSet = '';
    model.publications.publish = async (...args) => {
      mediaSet = args[1].mediaSet;
      await model.publications.remove(5, id);
      await purge.run(id);
      return publish(...args);
    };
    await runner.run(id, FOREGROUND);
    model.publications.publish = publish;
    expect((await stored(id))?.state).toBe('removed');
    expect(await objects.head(key)).toBeUndefined();
    expect(mediaSet).not.toBe('');
    expect(await namesIn(mediaSet)).toEqual([]);
    expect(await works(5)).toBe(0);
  });

  it('leaves no file when its author removes it while more of it is made', async () => {
    const { id } = await upload(5, clip);
    await runner.run(id, FOREGROUND);
    const mediaSet = (await stored(id))?.mediaSet ?? '';
    const addPictures = model.renditions.addPictures.bind(model.renditions);
    model.renditions.addPictures = async (claim) => {
      await model.publications.remove(5, id);
      await purge.run(id);
      await model.publications.purged(id);
      await objects.put(`${setPrefix(mediaSet)}preview.webp`, clip, { contentType: 'image/webp' });
      return addPictures(claim);
    };
    await runner.run(id, BACKGROUND);
    model.renditions.addPictures = addPictures;
    expect(await model.jobs.ofVideo(id)).toEqual([]);
    expect(await namesIn(mediaSet)).toEqual(['preview.webp']);
    await sweepOrphans(model, Date.now() + 25 * 3_600_000);
    expect(await namesIn(mediaSet)).toEqual([]);
  });

  it('gives a video up that no worker has survived, without trying once more', async () => {
    const { id } = await upload(8, clip);
    for (let dead = 0; dead < MAX_CLAIMS; dead += 1) await model.takeOver(id);
    await model.database.execute('UPDATE media_jobs SET lease_until = 0 WHERE video_id = ?', [id]);
    const { sources } = pipeline;
    const get = sources.with.bind(sources);
    sources.with = () => Promise.reject(new Error('it was taken up'));
    await runner.run(id, FOREGROUND);
    sources.with = get;
    expect((await stored(id))?.state).toBe('failed');
    expect((await model.jobs.ofVideo(id))[0]).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('no worker has survived it'),
    });
  });

  it('takes the cover of the moment that its author chooses', async () => {
    const { id } = await upload(6, clip);
    await runner.run(id, FOREGROUND);
    const before = await stored(id);
    expect(await new CoverWishes(model.database, model.jobs).wish(6, id, 700)).toBe('accepted');
    await runner.run(id, FOREGROUND);
    const after = await stored(id);
    expect(after?.coverKey).not.toBe(before?.coverKey);
    expect(await objects.head(after?.coverKey ?? '')).toBeDefined();
    expect(await objects.head(before?.coverKey ?? '')).toBeDefined();
  });

  it('gives its job back when the process stops in the middle', async () => {
    const { id } = await upload(7, clip);
    const { runner: stopped, sources } = new Pipeline(model);
    const get = sources.with.bind(sources);
    sources.with = (video, options, use) => {
      stopped.onModuleDestroy();
      return get(video, options, use);
    };
    await expect(stopped.run(id, FOREGROUND)).rejects.toThrow('stops');
    expect((await model.jobs.ofVideo(id))[0]).toMatchObject({ state: 'waiting', failures: 0, claims: 0 });
    restart();
    await runner.run(id, FOREGROUND);
    expect((await stored(id))?.state).toBe('published');
  });
});

describe('orphans', () => {
  it('deletes old files without a video, and only those', async () => {
    const { id, key } = await upload(7, clip);
    await runner.run(id, FOREGROUND);
    const { mediaSet = '' } = (await stored(id)) ?? {};
    const cover = `covers/${nanoid()}.jpg`;
    await objects.put(cover, clip, { contentType: 'image/jpeg' });
    const old = await upload(7, clip);
    await model.database.execute('UPDATE videos SET cover_key = ? WHERE id = ?', [cover, old.id]);
    const lost = [`originals/spec-${process.pid}-orphan.mp4`, `media/${nanoid()}/play.mp4`, `covers/${nanoid()}.jpg`];
    for (const orphan of lost) await objects.put(orphan, clip, { contentType: 'video/mp4' });
    await sweepOrphans(model, Date.now());
    for (const orphan of lost) expect(await objects.head(orphan)).toBeDefined();
    const tomorrow = Date.now() + 25 * 3_600_000;
    expect(await checked(tomorrow)).toEqual(expect.arrayContaining(lost.map((orphan) => `${orphan}: belongs to no video`)));
    await sweepOrphans(model, tomorrow);
    for (const orphan of lost) expect(await objects.head(orphan)).toBeUndefined();
    for (const kept of [key, cover]) expect(await objects.head(kept)).toBeDefined();
    expect(await namesIn(mediaSet)).not.toEqual([]);
    expect((await checked(tomorrow)).filter((line) => line.includes('belongs to no video'))).toEqual([]);
  });

  it('tells which videos have lost their files', async () => {
    const { id } = await upload(7, clip);
    await runner.run(id, FOREGROUND);
    const { mediaSet = '', coverKey = '' } = (await stored(id)) ?? {};
    const lines = async (): Promise<string[]> => (await checked()).filter((line) => line.startsWith(`video ${id}:`)).sort();
    expect(await lines()).toEqual([]);
    await runner.run(id, BACKGROUND);
    expect(await lines()).toEqual([]);
    const gone = [coverKey, ...['180p.mp4', 'master.m3u8', 'play.mp4', 'storyboard.jpg'].map((name) => `media/${mediaSet}/${name}`)];
    await objects.delete(gone);
    expect(await lines()).toEqual(gone.map((key) => `video ${id}: ${key} is gone, its original is there`).sort());
  });
});

/** Everything that `./doul reconcile media` would print. */
async function checked(now = Date.now()): Promise<string[]> {
  const check = new MediaCheck(model.videos, new Uploads(new UploadRepository(model.database, model.videos)));
  const found: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const page = await check.page(cursor, 500, now);
    found.push(...page.differences);
    cursor = page.nextCursor || undefined;
  }
  return found;
}

describe('purge', () => {
  it('takes every object of a video, and likes back through the log until none can arrive any more', async () => {
    const { id, key } = await upload(16, clip);
    await runner.run(id, FOREGROUND);
    const mediaSet = (await stored(id))?.mediaSet ?? '';
    const viewers = Array.from({ length: 30 }, (_, at) => 60 + at);
    await model.likes.set(viewers.map((viewerId) => ({ viewerId, videoId: id, liked: true })));
    await model.drainAll();
    await model.publications.remove(16, id);
    await purge.run(id);
    expect(await objects.head(key)).toBeUndefined();
    expect(await namesIn(mediaSet)).toEqual([]);
    await model.likes.set([{ viewerId: 99, videoId: id, liked: true }]);
    await model.drainAll();
    expect(await model.publications.unpurged(10)).toContain(id);
    await model.database.execute('UPDATE videos SET state_at = state_at - 120000 WHERE id = ?', [id]);
    await purge.run(id);
    await model.drainAll();
    await purge.run(id);
    expect(await model.publications.unpurged(10)).not.toContain(id);
    expect((await model.userCounters.getMany([16, 99])).get(16)).toEqual({ work_count: 0, total_favorited: 0, favorite_count: 0 });
    expect(await model.differences(100)).toEqual([]);
  });
});

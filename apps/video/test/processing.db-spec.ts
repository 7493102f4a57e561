import { objectStore } from '@doul/storage';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeClip } from '../../../libs/testing/clips.js';
import { Orphans } from '../worker/orphans.js';
import { Processing } from '../worker/processing.js';
import { Purge } from '../worker/purge.js';
import { Sweeper } from '../worker/sweeper.js';
import { modelFixture, type ModelFixture } from './model-fixture.js';

let model: ModelFixture;
let processing: Processing;
let purge: Purge;
let folder: string;
let clip: Buffer;
const objects = objectStore();

beforeAll(async () => {
  model = await modelFixture();
  processing = new Processing(model.publications, model.cards, model.feed);
  purge = new Purge(model.publications, model.likes, model.likeRows);
  folder = await mkdtemp(join(tmpdir(), 'doul-spec-'));
  clip = await readFile(await makeClip(folder, { seconds: 1, width: 180, height: 320 }));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await model.close();
});

let made = 0;
async function upload(authorId: number, bytes: Buffer | undefined): Promise<{ id: number; key: string }> {
  made += 1;
  const key = `videos/spec-${process.pid}-${made}.mp4`;
  if (bytes) await objects.put(key, bytes, { contentType: 'video/mp4' });
  const video = await model.videos.create({ authorId, title: 't', objectKey: key, sizeBytes: 1, requestKey: key });
  return { id: video?.id ?? 0, key };
}

const stored = async (id: number) => (await model.videos.byIds([id])).get(id);
const works = async (id: number): Promise<number | undefined> =>
  (await model.userCounters.stored(model.database, [id])).get(id)?.values.work_count;

describe('processing', () => {
  it('publishes a good video with its cover, and repeating it changes nothing', async () => {
    const { id } = await upload(1, clip);
    await processing.process(id);
    const first = await stored(id);
    expect(first).toMatchObject({ state: 'published', reason: '' });
    expect((await objects.head(first?.coverKey ?? ''))?.contentType).toBe('image/jpeg');
    await processing.process(id);
    expect(await stored(id)).toEqual(first);
    expect(await works(1)).toBe(1);
    expect((await model.feed.page(0, 5))[0]?.videoId).toBe(id);
    expect((await readdir(tmpdir())).filter((name) => name.startsWith(`doul-video-${process.pid}-`))).toEqual([]);
  });

  it('is done again by another worker after one was killed in the middle', async () => {
    const { id } = await upload(2, clip);
    await model.publications.claim(id, 'of a dead worker');
    await processing.process(id);
    expect((await stored(id))?.state).toBe('published');
    expect(await works(2)).toBe(1);
  });

  it('is taken up by the sweeper when event and worker are lost', async () => {
    const { id } = await upload(3, clip);
    await model.publications.claim(id, 'of a dead worker');
    await model.database.execute('UPDATE videos SET state_at = state_at - 600000 WHERE id = ?', [id]);
    await new Sweeper(model.publications, processing, purge, new Orphans(model.videos)).round(new AbortController().signal);
    expect((await stored(id))?.state).toBe('published');
  });

  it('rejects what is no video, what is gone, and gives up what always fails, each with its reason', async () => {
    const { id: text } = await upload(4, Buffer.from('this is no video'));
    await processing.process(text);
    expect(await stored(text)).toMatchObject({ state: 'rejected', reason: 'not-a-video' });
    const { id: lost } = await upload(4, undefined);
    await processing.process(lost);
    expect(await stored(lost)).toMatchObject({ state: 'rejected', reason: 'missing' });
    const { id: cursed } = await upload(4, clip);
    await model.database.execute('UPDATE videos SET attempts = 10 WHERE id = ?', [cursed]);
    await processing.process(cursed);
    expect(await stored(cursed)).toMatchObject({ state: 'failed', reason: 'processing-failed' });
    expect(await works(4)).toBe(0);
  });

  it('does not publish what its author removes meanwhile, and leaves no file', async () => {
    const { id, key } = await upload(5, clip);
    const publish = model.publications.publish.bind(model.publications);
    model.publications.publish = async (...args) => {
      await model.publications.remove(5, id);
      await purge.run(id);
      return publish(...args);
    };
    await processing.process(id);
    model.publications.publish = publish;
    expect((await stored(id))?.state).toBe('removed');
    expect(await objects.head(key)).toBeUndefined();
    expect(await objects.head(key.replace('videos', 'covers').replace('mp4', 'jpg'))).toBeUndefined();
    expect(await works(5)).toBe(0);
  });
});

describe('orphans', () => {
  it('deletes old files without a video, and only those', async () => {
    const { key } = await upload(7, clip);
    const orphan = `videos/spec-${process.pid}-orphan.mp4`;
    await objects.put(orphan, clip, { contentType: 'video/mp4' });
    const orphans = new Orphans(model.videos);
    model.videos.knownKeys = (keys) => Promise.resolve(new Set(keys.filter((each) => each !== orphan)));
    await orphans.sweep();
    expect(await objects.head(orphan)).toBeDefined();
    await new Orphans(model.videos).sweep(Date.now() + 25 * 3_600_000);
    expect(await objects.head(orphan)).toBeUndefined();
    expect(await objects.head(key)).toBeDefined();
  });
});

describe('purge', () => {
  it('takes likes back through the log until none can arrive any more', async () => {
    const { id, key } = await upload(6, clip);
    await processing.process(id);
    const viewers = Array.from({ length: 30 }, (_, at) => 60 + at);
    await model.likes.set(viewers.map((viewerId) => ({ viewerId, videoId: id, liked: true })));
    await model.drainAll();
    await model.publications.remove(6, id);
    await purge.run(id);
    expect(await objects.head(key)).toBeUndefined();
    await model.likes.set([{ viewerId: 99, videoId: id, liked: true }]);
    await model.drainAll();
    expect(await model.publications.unpurged(10)).toContain(id);
    await model.database.execute('UPDATE videos SET state_at = state_at - 120000 WHERE id = ?', [id]);
    await purge.run(id);
    await model.drainAll();
    await purge.run(id);
    expect(await model.publications.unpurged(10)).not.toContain(id);
    expect((await model.userCounters.getMany([6, 99])).get(6)).toEqual({ work_count: 0, total_favorited: 0, favorite_count: 0 });
    expect(await model.differences(100)).toEqual([]);
  });
});

import { objectStore } from '@doul/storage';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeClip } from '../../../libs/testing/clips.js';
import { BACKGROUND, FOREGROUND } from '../model/media-job.js';
import { modelFixture, type ModelFixture } from './model-fixture.js';
import { Pipeline, sweepOrphans } from './pipeline-fixture.js';

// Before the pipeline reads its configuration.
vi.hoisted(() => (process.env['MEDIA_KEEP_ORIGINALS'] = 'off'));
vi.setConfig({ testTimeout: 180_000 });

let model: ModelFixture;
let pipeline: Pipeline;
let folder: string;
const objects = objectStore();
beforeAll(async () => {
  model = await modelFixture();
  pipeline = new Pipeline(model);
  folder = await mkdtemp(join(tmpdir(), 'doul-originals-'));
});
afterAll(async () => {
  await pipeline.close();
  await rm(folder, { recursive: true, force: true });
  await model.close();
});

let made = 0;
async function upload(bytes: Buffer): Promise<{ id: number; key: string }> {
  const key = `originals/discarded-${process.pid}-${(made += 1)}.mp4`;
  await objects.put(key, bytes, { contentType: 'video/mp4' });
  const video = await model.videos.create({ authorId: 1, title: 't', objectKey: key, requestKey: key, sizeBytes: bytes.length });
  return { id: video?.id ?? 0, key };
}
const sweepTomorrow = (): Promise<void> => sweepOrphans(model, Date.now() + 25 * 3_600_000);

describe('an original that is not kept', () => {
  it('stays until all renditions are made, and goes then', async () => {
    const { id, key } = await upload(await readFile(await makeClip(folder, { seconds: 1, width: 180, height: 320 })));
    await pipeline.runner.run(id, FOREGROUND);
    expect((await model.videos.byIds([id])).get(id)?.state).toBe('published');
    expect(await objects.head(key)).toBeDefined();
    await pipeline.runner.run(id, BACKGROUND);
    expect(await objects.head(key)).toBeUndefined();
  });

  it('goes with the sweeper when the worker died before it could delete it', async () => {
    const { id, key } = await upload(Buffer.from('of a worker that died'));
    await sweepTomorrow();
    expect(await objects.head(key)).toBeDefined();
    await model.database.execute('UPDATE videos SET original = 0 WHERE id = ?', [id]);
    await sweepTomorrow();
    expect(await objects.head(key)).toBeUndefined();
  });

  it('of a rejected video goes too, since nothing will be made of it', async () => {
    const { id, key } = await upload(Buffer.from('not a video'));
    await pipeline.runner.run(id, FOREGROUND);
    expect((await model.videos.byIds([id])).get(id)?.state).toBe('rejected');
    await sweepTomorrow();
    expect(await objects.head(key)).toBeUndefined();
  });
});

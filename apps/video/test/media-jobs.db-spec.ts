import { RETRY_DELAYS_MS } from '@doul/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKGROUND, FOREGROUND, MAX_CLAIMS, STEPS, type Step } from '../model/media-job.js';
import type { Claim } from '../model/media-job.repository.js';
import { CoverWishes } from '../model/cover-wishes.js';
import { aPublication, modelFixture, type ModelFixture } from './model-fixture.js';

let model: ModelFixture;
beforeAll(async () => {
  model = await modelFixture();
});
afterAll(() => model.close());

const MEASURES = { width: 360, height: 640, durationMs: 2_000 };
let made = 0;

async function upload(authorId = 1): Promise<number> {
  made += 1;
  const video = await model.videos.create({
    authorId,
    title: 't',
    objectKey: `originals/${made}`,
    sizeBytes: 1,
    requestKey: `key-${made}`,
  });
  return video?.id ?? 0;
}
async function published(authorId = 1): Promise<number> {
  const id = await upload(authorId);
  await model.publications.probed(await model.claim(id), MEASURES, {});
  await model.publications.publish(await model.claim(id), aPublication(), [
    { step: 'pictures', argument: {} },
    { step: 'ladder', argument: {} },
  ]);
  return id;
}
const stateOf = async (id: number) => (await model.videos.byIds([id])).get(id)?.state;
const jobOf = async (id: number, step: string) => (await model.jobs.ofVideo(id)).find((job) => job.step === step);
const skipPause = (id: number) => model.database.execute('UPDATE media_jobs SET run_at = 0 WHERE video_id = ?', [id]);
const history = async (id: number) => (await model.status.after(id, 0, 200)).map(({ state, percent }) => `${state} ${percent}`);
const wakeUps = async (type: string) =>
  (await model.database.one<{ n: number }>('SELECT COUNT(*) AS n FROM outbox WHERE type = ?', [type]))?.n ?? 0;

describe('a job', () => {
  it('is taken by one of many workers', async () => {
    const id = await upload();
    const claims = await Promise.all(Array.from({ length: 20 }, (_, at) => model.jobs.claim(id, STEPS, `worker-${at}`)));
    expect(claims.filter(Boolean)).toHaveLength(1);
  });

  it('leads from upload to publication, each change in its history', async () => {
    const id = await published();
    expect(await stateOf(id)).toBe('published');
    expect(await history(id)).toEqual(['uploaded 0', 'transcoding 20', 'published 100']);
    expect((await model.jobs.ofVideo(id)).map(({ step, state }) => `${step} ${state}`).sort()).toEqual([
      'first done',
      'ladder waiting',
      'pictures waiting',
      'probe done',
    ]);
  });

  it('of a dead worker is another’s once the lease is over, and the dead one can change nothing any more', async () => {
    const id = await upload();
    const dead = await model.claim(id);
    expect(await model.jobs.claim(id, STEPS, 'another')).toBeUndefined();
    const alive = await model.takeOver(id);
    expect(await model.jobs.renew(dead, 50)).toBe(false);
    expect(await model.publications.probed(dead, MEASURES, {})).toBe(false);
    expect(await model.publications.reject(dead, 'damaged')).toBe(false);
    expect(await model.publications.failed(dead, 'late')).toBe('lost');
    expect(await stateOf(id)).toBe('uploaded');
    expect(await model.jobs.renew(alive, 50)).toBe(true);
    expect(await model.publications.probed(alive, MEASURES, {})).toBe(true);
  });

  it('is tried again after 1, 2, 4 and 8 s; then it has failed, and its video with it', async () => {
    const id = await upload();
    for (const pause of RETRY_DELAYS_MS) {
      const before = Date.now();
      expect(await model.publications.failed(await model.claim(id), 'no space')).toBe('retry');
      const row = await model.database.one<{ runAt: number }>('SELECT run_at AS runAt FROM media_jobs WHERE video_id = ?', [id]);
      expect((row?.runAt ?? 0) - before).toBeGreaterThanOrEqual(pause);
      expect((row?.runAt ?? 0) - Date.now()).toBeLessThanOrEqual(pause);
      expect(await model.jobs.claim(id, STEPS, 'early')).toBeUndefined();
      await skipPause(id);
    }
    expect(await model.publications.failed(await model.claim(id), 'no space')).toBe('failed');
    expect(await stateOf(id)).toBe('failed');
    expect(await jobOf(id, 'probe')).toMatchObject({ state: 'failed', error: 'no space', failures: 5 });
    expect((await model.jobs.list('failed', Number.MAX_SAFE_INTEGER, 10)).map((job) => job.videoId)).toContain(id);
  });

  it('that failed waits again when an operator says so, once', async () => {
    const id = await upload();
    await model.database.execute('UPDATE media_jobs SET failures = 4 WHERE video_id = ?', [id]);
    await model.publications.failed(await model.claim(id), 'no space');
    const job = await jobOf(id, 'probe');
    const answers = await Promise.all([1, 2, 3].map(() => model.publications.retry(job?.id ?? 0)));
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await stateOf(id)).toBe('uploaded');
    expect((await model.claim(id)).job).toMatchObject({ step: 'probe', failures: 0, claims: 1 });
    expect(await model.publications.retry(job?.id ?? 0)).toBe(false);
  });

  it('that fails after it has killed many workers is given up at once', async () => {
    const id = await upload();
    for (let dead = 1; dead < MAX_CLAIMS; dead += 1) await model.takeOver(id);
    expect(await model.publications.failed(await model.takeOver(id), 'killed')).toBe('failed');
  });

  it('behind the publication can fail without its video', async () => {
    const id = await published();
    await model.database.execute('UPDATE media_jobs SET failures = 4 WHERE video_id = ?', [id]);
    const claim = await model.jobs.claim(id, BACKGROUND, 'w');
    expect(await model.publications.failed(claim!, 'no space')).toBe('failed');
    expect(await stateOf(id)).toBe('published');
  });

  it('of a removed video is nobody’s', async () => {
    const id = await upload(9);
    const claim = await model.claim(id);
    expect(await model.publications.remove(9, id)).toBe('removed');
    expect(await model.publications.probed(claim, MEASURES, {})).toBe(false);
    expect(await model.jobs.renew(claim, 50)).toBe(false);
    expect(await model.jobs.claim(id, STEPS, 'w')).toBeUndefined();
  });

  it('of a removed video keeps nobody else waiting', async () => {
    await model.database.execute("UPDATE media_jobs SET state = 'done'");
    const [waiting, running] = [await upload(9), await upload(9)];
    await model.claim(running);
    expect(await model.jobs.isAnyDue(FOREGROUND)).toBe(true);
    for (const id of [waiting, running]) await model.publications.remove(9, id);
    await model.database.execute('UPDATE media_jobs SET lease_until = 0');
    expect(await model.jobs.isAnyDue(FOREGROUND)).toBe(false);
    expect(await model.jobs.wakeStuck(Date.now() + 1, 100)).toBe(0);
  });

  it('whose worker died, or whose message was lost, is announced again', async () => {
    const [dead, unheard, fresh] = [await upload(), await upload(), await upload()];
    await model.claim(dead);
    await model.database.execute('UPDATE media_jobs SET lease_until = 0 WHERE video_id = ?', [dead]);
    await model.database.execute('UPDATE media_jobs SET woken_at = 1 WHERE video_id = ?', [unheard]);
    await model.jobs.wakeStuck(2, 100);
    const waiting = await model.database.query<{ videoId: number }>(
      "SELECT video_id AS videoId FROM media_jobs WHERE state = 'waiting' AND woken_at > 2 AND video_id IN (?)",
      [[dead, unheard, fresh]],
    );
    expect(waiting.map((row) => row.videoId).sort()).toEqual([dead, unheard, fresh].sort());
    expect((await model.claim(dead)).job.claims).toBe(2);
    expect(await wakeUps('video.due')).toBeGreaterThan(0);
  });

  it('given back by a stopping worker is due at once, and did not count', async () => {
    const id = await upload();
    await model.jobs.release(await model.claim(id));
    expect((await model.claim(id)).job.claims).toBe(1);
  });
});

describe('a cover', () => {
  it('is chosen by the author of a published video, and the latest wish counts', async () => {
    const wishes = new CoverWishes(model.database, model.jobs);
    const id = await published(5);
    expect(await wishes.wish(6, id, 100)).toBe('unknown');
    expect(await wishes.wish(5, id, 2_001)).toBe('too-late');
    expect(await wishes.wish(5, await upload(5), 0)).toBe('not-published');
    expect(await wishes.wish(5, id, 100)).toBe('accepted');
    const slow = await model.jobs.claim(id, FOREGROUND, 'slow');
    expect(await wishes.wish(5, id, 200)).toBe('accepted');
    expect(await model.renditions.setCover(slow!, 'media/x/cover-a.jpg', '')).toBe(false);
    const quick = await model.jobs.claim(id, FOREGROUND, 'quick');
    expect(quick?.job.argument).toBe('{"atMs":200}');
    expect(await model.renditions.setCover(quick!, 'media/x/cover-b.jpg', 'hash')).toBe(true);
    expect((await model.videos.byIds([id])).get(id)).toMatchObject({ coverKey: 'media/x/cover-b.jpg', blurhash: 'hash' });
  });
});

describe('a history', () => {
  const told = async (id: number) =>
    (await model.status.after(id, 0, 200)).map(({ state, renditions, complete }) => `${state} ${renditions}${complete ? ', no more' : ''}`);
  const takesLadder = async (id: number) => (await model.jobs.claim(id, ['ladder'], 'w')) as Claim;
  /** In the last of its tries. */
  const fails = async (id: number, step: Step) => {
    await model.database.execute('UPDATE media_jobs SET failures = 4 WHERE video_id = ? AND step = ?', [id, step]);
    expect(await model.publications.failed((await model.jobs.claim(id, [step], 'w')) as Claim, 'no space')).toBe('failed');
  };
  const UNTIL_PUBLISHED = ['uploaded ', 'transcoding ', 'published 360p'];

  it('goes on behind the publication until every rendition is made and named', async () => {
    const id = await published();
    expect(await told(id)).toEqual(UNTIL_PUBLISHED);
    await model.renditions.addRenditions(await takesLadder(id), JSON.stringify([{ name: '360p' }, { name: '180p' }]));
    expect(await told(id)).toEqual([...UNTIL_PUBLISHED, 'published 360p,180p']);
    await model.database.execute('UPDATE media_jobs SET lease_until = 0 WHERE video_id = ?', [id]);
    await model.renditions.finished(await takesLadder(id), true);
    expect(await told(id)).toEqual([...UNTIL_PUBLISHED, 'published 360p,180p', 'published 360p,180p, no more']);
    expect(await model.status.latest(id)).toMatchObject({ renditions: '360p,180p', complete: 1 });
    const page = await model.status.after(id, 0, 4);
    expect(page.some(({ complete }) => complete)).toBe(false);
  });

  it('ends although the first rendition is the only one', async () => {
    const id = await published();
    await model.renditions.finished(await takesLadder(id), true);
    expect(await told(id)).toEqual([...UNTIL_PUBLISHED, 'published 360p, no more']);
  });

  it('ends when the other renditions have failed for good, and goes on when they are tried once more', async () => {
    const id = await published();
    expect(await model.publications.failed(await takesLadder(id), 'no space')).toBe('retry');
    await skipPause(id);
    await fails(id, 'pictures');
    expect(await told(id)).toEqual(UNTIL_PUBLISHED);
    await fails(id, 'ladder');
    expect(await told(id)).toEqual([...UNTIL_PUBLISHED, 'published 360p, no more']);
    await model.publications.retry((await jobOf(id, 'ladder'))?.id ?? 0);
    expect(await told(id)).toEqual([...UNTIL_PUBLISHED, 'published 360p']);
    await model.renditions.finished(await takesLadder(id), true);
    expect(await told(id)).toEqual([...UNTIL_PUBLISHED, 'published 360p', 'published 360p, no more']);
  });

  it('ends with a video that failed, was rejected or was removed', async () => {
    const [failed, rejected, removed] = [await upload(9), await upload(9), await published(9)];
    await fails(failed, 'probe');
    await model.publications.reject(await model.claim(rejected), 'damaged');
    await model.publications.remove(9, removed);
    expect(await told(failed)).toEqual(['uploaded ', 'failed , no more']);
    expect(await told(rejected)).toEqual(['uploaded ', 'rejected , no more']);
    expect(await told(removed)).toEqual([...UNTIL_PUBLISHED, 'removed , no more']);
  });

  it('is not missed once it is trimmed: the video’s row tells its end', async () => {
    const id = await published();
    await model.status.trim(Date.now() + 1, 1_000);
    expect(await model.status.latest(id)).toBeUndefined();
    expect(await model.status.withoutHistory(id)).toEqual({ renditions: '360p', complete: 0 });
    await fails(id, 'ladder');
    await model.status.trim(Date.now() + 1, 1_000);
    expect(await model.status.withoutHistory(id)).toEqual({ renditions: '360p', complete: 1 });
  });

  it('is whole for everybody who reads it bit by bit, while workers write', async () => {
    const ids = await Promise.all(Array.from({ length: 8 }, () => upload()));
    const writers = ids.map(async (id) => {
      const claim = await model.claim(id);
      for (let percent = 1; percent <= 15; percent += 1) await model.publications.progressed(claim, 'probing', percent);
      await model.publications.reject(claim, 'damaged');
    });
    const read = async (id: number): Promise<string[]> => {
      const seen: string[] = [];
      for (let after = 0; ;) {
        const entries = await model.status.after(id, after, 3);
        seen.push(...entries.map(({ state, percent }) => `${state} ${percent}`));
        after = entries.at(-1)?.id ?? after;
        if (entries.at(-1)?.complete === 1) return seen;
      }
    };
    const [seen] = await Promise.all([Promise.all(ids.map(read)), ...writers]);
    const whole = ['uploaded 0', ...Array.from({ length: 15 }, (_, at) => `probing ${at + 1}`), 'rejected 100'];
    for (const one of seen) expect(one).toEqual(whole);
  });
});

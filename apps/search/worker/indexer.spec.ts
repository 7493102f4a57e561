import { VideoState, type IndexedVideo } from '@doul/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VideoDocument } from '../model/documents.js';
import type { SearchEngine } from '../model/search-engine.js';
import { SearchErrors } from '../search.errors.js';
import { Indexer } from './indexer.js';
import type { Truth } from './truth.js';

/** An engine that keeps the newest version of each video, and can be away. */
class MemoryEngine {
  readonly stored = new Map<number, VideoDocument>();
  failures = 0;
  writes = 0;

  async indexVideos(documents: readonly VideoDocument[]): Promise<void> {
    this.writes += 1;
    if (this.failures > 0) {
      this.failures -= 1;
      throw SearchErrors.UNAVAILABLE();
    }
    for (const document of documents) {
      if (document.title === 'poison') throw new Error('the engine refuses it');
      if (document.version > (this.stored.get(document.id)?.version ?? 0)) this.stored.set(document.id, document);
    }
  }
}

function setUp() {
  const videos = new Map<number, IndexedVideo>();
  const reads: number[][] = [];
  const truth = {
    videos: async (ids: readonly number[]) => {
      reads.push([...ids]);
      return ids.flatMap((id) => videos.get(id) ?? []);
    },
  } as unknown as Truth;
  const engine = new MemoryEngine();
  const indexer = new Indexer(async () => engine as unknown as SearchEngine, truth);
  const put = (id: number, title: string, state = VideoState.PUBLISHED): void => {
    const version = (videos.get(id)?.version ?? 0) + 1;
    videos.set(id, { id, title, state, version, authorId: 1, publishedAtMs: 1, favoriteCount: 0 });
  };
  return { engine, indexer, put, reads, videos };
}

describe('Indexer', () => {
  it('reads and writes a burst of events in one batch', async () => {
    const { engine, indexer, put, reads } = setUp();
    for (const id of [1, 2, 3]) put(id, '日落');
    await Promise.all([1, 2, 3, 2, 1].map((id) => indexer.video(id)));
    expect(reads).toEqual([[1, 2, 3]]);
    expect(engine.writes).toBe(1);
    expect([...engine.stored.keys()]).toEqual([1, 2, 3]);
  });

  it('gathers changes of popularity for longer, and holds up no other event by them', async () => {
    const { engine, indexer, put, reads } = setUp();
    for (const id of [1, 2, 3]) put(id, '日落');
    const popular = [1, 2, 1].map((id) => indexer.popularity(id));
    await indexer.video(3);
    expect([...engine.stored.keys()]).toEqual([3]);
    indexer.stop();
    await Promise.all(popular);
    expect(reads).toEqual([[3], [1, 2]]);
    expect([...engine.stored.keys()]).toEqual([3, 1, 2]);
  });

  it('waits for an engine that is away instead of failing the event', async () => {
    const { engine, indexer, put } = setUp();
    put(1, '旧');
    engine.failures = 2;
    const indexed = indexer.video(1);
    put(1, '新');
    await indexed;
    expect(engine.stored.get(1)).toMatchObject({ version: 2, title: '新' });
  });

  it('fails only the event of a document that the engine refuses', async () => {
    const { engine, indexer, put } = setUp();
    put(1, '日落');
    put(2, 'poison');
    const [good, bad] = await Promise.allSettled([indexer.video(1), indexer.video(2)]);
    expect([good?.status, bad?.status]).toEqual(['fulfilled', 'rejected']);
    expect(engine.stored.has(1)).toBe(true);
  });

  it('gives up waiting when the process stops', async () => {
    const { engine, indexer, put } = setUp();
    put(1, '日落');
    engine.failures = 1_000;
    const indexed = indexer.video(1);
    setTimeout(() => indexer.stop(), 50);
    await expect(indexed).rejects.toMatchObject({ name: 'UNAVAILABLE' });
  });

  it('ends with the truth whatever the order and number of the deliveries', async () => {
    const change = fc.record({ id: fc.integer({ min: 1, max: 3 }), removed: fc.boolean() });
    const deliveries = fc.array(fc.nat(100), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 12 }), deliveries, async (changes, repeats) => {
        const { engine, indexer, put, videos } = setUp();
        const events: (() => Promise<void>)[] = [];
        for (const { id, removed } of changes) {
          if (videos.get(id)?.state === VideoState.REMOVED) continue;
          put(id, `第${(videos.get(id)?.version ?? 0) + 1}版`, removed ? VideoState.REMOVED : VideoState.PUBLISHED);
          const { version } = videos.get(id) as IndexedVideo;
          events.push(() => (removed ? indexer.removedVideo({ id, authorId: 1, version }) : indexer.video(id)));
          // Some are delivered before the next change, all of them again below.
          if (version % 2 === 0) await events.at(-1)?.();
        }
        const shuffled = [...events, ...repeats.map((at) => events[at % events.length] as () => Promise<void>)].reverse();
        await Promise.all(shuffled.map((deliver) => deliver()));
        for (const [id, { version, state }] of videos) {
          expect(engine.stored.get(id)).toMatchObject({ version, removed: state === VideoState.REMOVED });
        }
      }),
      { numRuns: 30 },
    );
  });
});

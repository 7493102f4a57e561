import type { IndexedVideo } from '@doul/contracts';
import { metrics } from '@doul/runtime';
import { tombstone, userDocument, videoDocument, type VideoDocument } from '../model/documents.js';
import type { SearchEngine } from '../model/search-engine.js';
import { Batcher } from './batcher.js';
import { mayPass, persist } from './persist.js';
import type { Truth } from './truth.js';

/** Short, so that a single event is indexed at once; long enough for a burst to share one RPC and one bulk write. */
const LIMITS = { waitMs: 20, maxItems: 200, mayBeOneItem: (error: unknown): boolean => !mayPass(error) };
/**
 * Popularity is only a part of the order of what is found, while every bulk write makes the engine open its index anew within half a
 * second and merge later what it opened: under likes that costs it more than the likes cost all others. So they are gathered for long.
 */
const POPULARITY_LIMITS = { ...LIMITS, waitMs: 20_000, maxItems: 1_000 };

const indexed = metrics.counter('doul_search_indexed_total', 'Documents written to the search index', ['kind']);

export interface RemovedVideo {
  id: number;
  authorId: number;
  version: number;
}

/**
 * Brings single videos and users up to date in the index. What an event says is only that something changed: the state written
 * is read from the service after the event, so late, repeated and reordered events all lead to the same index.
 */
export class Indexer {
  private readonly stopping = new AbortController();
  private readonly videoBatches: Batcher<{ id: number; removed?: RemovedVideo }>;
  private readonly popularityBatches: Batcher<{ id: number }>;
  private readonly userBatches: Batcher<number>;

  constructor(
    private readonly engine: () => Promise<SearchEngine>,
    private readonly truth: Truth,
  ) {
    const { signal } = this.stopping;
    const indexVideos = (items: { id: number; removed?: RemovedVideo }[]): Promise<void> =>
      persist('indexing videos', () => this.indexVideos(items), signal);
    this.videoBatches = new Batcher(indexVideos, LIMITS, signal);
    this.popularityBatches = new Batcher(indexVideos, POPULARITY_LIMITS, signal);
    this.userBatches = new Batcher((ids) => persist('indexing users', () => this.indexUsers(ids), signal), LIMITS, signal);
  }

  /** Resolves when the video's current state is in the index. */
  video(id: number): Promise<void> {
    return this.videoBatches.add({ id });
  }

  /** The same, up to 20 s later and together with others: for a change that hardly moves what is found. */
  popularity(id: number): Promise<void> {
    return this.popularityBatches.add({ id });
  }

  /** The same for a removed video, which is a tombstone even if its service does not know it any more. */
  removedVideo(removed: RemovedVideo): Promise<void> {
    return this.videoBatches.add({ id: removed.id, removed });
  }

  user(id: number): Promise<void> {
    return this.userBatches.add(id);
  }

  /** Writes what is being gathered, and gives up waiting for servers that are away; unfinished events go back to the broker. */
  stop(): void {
    this.stopping.abort();
  }

  private async indexVideos(items: { id: number; removed?: RemovedVideo }[]): Promise<void> {
    const known = await this.truth.videos([...new Set(items.map(({ id }) => id))]);
    const documents = [...known.map(videoDocument), ...tombstonesFor(items, known)];
    await (await this.engine()).indexVideos(documents);
    indexed.inc({ kind: 'video' }, documents.length);
  }

  private async indexUsers(ids: number[]): Promise<void> {
    const users = await this.truth.users([...new Set(ids)]);
    await (await this.engine()).indexUsers(users.map(userDocument));
    indexed.inc({ kind: 'user' }, users.length);
  }
}

function tombstonesFor(items: readonly { removed?: RemovedVideo }[], known: readonly IndexedVideo[]): VideoDocument[] {
  const ids = new Set(known.map(({ id }) => id));
  return items.flatMap(({ removed }) =>
    removed && !ids.has(removed.id) ? [tombstone(removed.id, removed.authorId, removed.version)] : [],
  );
}

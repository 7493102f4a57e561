import { watchChanges, type ChangeWatch } from '@doul/rpc';
import { runInContext } from '@doul/runtime';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Cards } from '../model/cards.js';

/** Ids remembered: one number each, a few MB. */
const MAX_IDS = 100_000;
/** As long as cards are believed in Redis, in ms; what changes is forgotten at once. */
const KEEP_MS = 5 * 60_000;
/** With a log of edits older than this, in ms, nothing is believed: a removal is to be respected within 1 s. */
const MAX_AGE_MS = 800;

/** Which videos are published, remembered in this process: a like then needs no question about its video. */
@Injectable()
export class PublishedVideos implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly known = new LRUCache<number, true>({ max: MAX_IDS, ttl: KEEP_MS });
  private watch: ChangeWatch | undefined;
  /** Grows with every edit: what was read before one may be older than it. */
  private edits = 0;

  constructor(private readonly cards: Cards) {}

  onApplicationBootstrap(): void {
    this.watch = watchChanges({
      name: 'video-edits',
      poll: (cursor, context) => runInContext(context, () => this.cards.edits.since(cursor)),
      onChange: ({ ids }) => {
        this.edits += 1;
        for (const id of ids) this.known.delete(id);
      },
      onReset: () => {
        this.edits += 1;
        this.known.clear();
      },
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.watch?.stop();
  }

  /** Those of the videos that are published. */
  async among(ids: readonly number[]): Promise<Set<number>> {
    const trusted = this.watch !== undefined && this.watch.ageMs() < MAX_AGE_MS;
    // Before anything is remembered anew, which may push out what this very question needs.
    const published = new Set(trusted ? ids.filter((id) => this.known.has(id)) : []);
    const unknown = ids.filter((id) => !published.has(id));
    if (unknown.length === 0) return published;
    const { edits } = this;
    const cards = [...(await this.cards.getMany(unknown)).values()].filter((card) => card.state === 'published');
    if (edits === this.edits) for (const { id } of cards) this.known.set(id, true);
    for (const { id } of cards) published.add(id);
    return published;
  }
}

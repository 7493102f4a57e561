import { childLog } from '@doul/runtime';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { searchEngine } from '../model/new-engine.js';
import { searchConfig } from '../search.config.js';
import { persist } from './persist.js';
import { backfill } from './rebuild.js';
import { servicesTruth } from './truth.js';

const log = childLog('search');

/** Sees to it at start that there is an index with everything in it. The process does not wait for it: search may be late, not others. */
@Injectable()
export class IndexKeeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();

  onApplicationBootstrap(): void {
    void persist('preparing the index', () => this.prepare(), this.stopping.signal).catch((error: unknown) => {
      if (!this.stopping.signal.aborted) log.error({ err: error }, 'could not prepare the search index');
    });
  }

  beforeApplicationShutdown(): void {
    this.stopping.abort();
  }

  private async prepare(): Promise<void> {
    const engine = await searchEngine();
    if ((await engine.ensure()) || !searchConfig().SEARCH_FILL) return;
    await backfill(engine, servicesTruth());
    log.info({ engine: engine.name }, 'search index filled');
  }
}

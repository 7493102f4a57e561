import { holdLease } from '@doul/runtime';
import { searchEngine } from '../../apps/search/model/new-engine.js';
import { rebuild, type Progress } from '../../apps/search/worker/rebuild.js';
import { servicesTruth } from '../../apps/search/worker/truth.js';
import { UsageError } from './command.js';

export const REINDEX_HELP = `usage: ./doul reindex

Builds a new search index from the services' databases and swaps it in. Searches go on with the old one until then, and changes
made meanwhile are in the new one too. Works for Elasticsearch and for search on MySQL.`;

/** A line of progress at most this often, in ms. */
const REPORT_MS = 1_000;
/** How long somebody is left without a word while another reindex runs, in ms. */
const PATIENCE_MS = 3_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Prints a count of a kind once in a while; the returned function prints the last ones. */
function reporter(): { report: (progress: Progress) => void; finish: () => void } {
  const counts = new Map<Progress['kind'], number>();
  let next = Date.now() + REPORT_MS;
  const line = (): string => [...counts].map(([kind, done]) => `${done} ${kind}`).join(', ') || 'nothing';
  return {
    report: ({ kind, done }) => {
      counts.set(kind, done);
      if (Date.now() < next) return;
      next = Date.now() + REPORT_MS;
      say(`  ${line()} read`);
    },
    finish: () => say(`  ${line()} read in all`),
  };
}

async function rebuildOnce(): Promise<void> {
  const engine = await searchEngine();
  const startedAt = Date.now();
  say(`rebuilding the search index (${engine.name})`);
  const { report, finish } = reporter();
  await rebuild(engine, servicesTruth(), report);
  finish();
  say(`the new index is in use; it took ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
}

/**
 * The command `reindex`. One runs at a time in the whole system; a second one waits for the first.
 *
 * @returns the exit code
 */
export async function reindex(args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new UsageError('reindex takes no arguments');
  const waiting = setTimeout(() => say('waiting: another reindex is running, or etcd cannot be reached'), PATIENCE_MS);
  let release: (() => Promise<void>) | undefined;
  try {
    let once: Promise<void> | undefined;
    await new Promise<void>((resolve, reject) => {
      release = holdLease('search-reindex', () => {
        clearTimeout(waiting);
        once ??= rebuildOnce().then(resolve, reject);
        return once;
      });
    });
    return 0;
  } finally {
    clearTimeout(waiting);
    await release?.();
  }
}

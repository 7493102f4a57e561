import { addReadyCheck, childLog, etcd, metrics, resource } from '@doul/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_WORDS } from './default-words.js';
import { WordFilter } from './word-filter.js';
import { commentWords, type WordSource } from './word-source.js';

const log = childLog('text');

/** etcd key, below the namespace, that holds the version of the word lists. */
export const WORDS_VERSION_KEY = 'words/version';

/** Catches a version whose announcement was lost, in ms. */
const POLL_MS = 5_000;
/** Pauses after failed reads, in ms. */
const RETRY_MS = 200;
const RETRY_MAX_MS = 5_000;
/** Reads that wait for an announced version. */
const GIVE_UP_AFTER = 6;
/** A process that cannot read the list starts all the same after this, with the built-in words: text is better than silence. In ms. */
const WAIT_FOR_FIRST_MS = 30_000;

const loadedVersion = metrics.gauge('doul_words_version', 'Version of the word list in use; 0 = the built-in words');

/** Keeps a filter equal to its source. After a failure the last good list stays. */
export class WordWatch {
  /** Version in use; -1 = none was read yet. */
  version = -1;
  private wanted = 0;
  private running: Promise<void> | undefined;
  private readonly stopping = new AbortController();
  private readonly startedAt = Date.now();

  constructor(
    private readonly filter: WordFilter,
    private readonly source: WordSource,
  ) {}

  start(): void {
    addReadyCheck({ name: 'words', check: () => this.check() });
    const timer = setInterval(() => void this.poll(), POLL_MS);
    timer.unref();
    this.stopping.signal.addEventListener('abort', () => clearInterval(timer));
    void this.refresh();
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Takes note of an announced version and reads the list if it is not the one in use. */
  announce(version: number): void {
    this.wanted = version;
    if (version !== this.version) void this.refresh();
  }

  /** Resolves when the list in use is as new as what was announced. One read at a time. */
  refresh(): Promise<void> {
    this.running ??= this.readUntilCurrent();
    return this.running;
  }

  private async readUntilCurrent(): Promise<void> {
    const { signal } = this.stopping;
    try {
      for (let tries = 1; !signal.aborted; tries += 1) {
        const version = await this.tryRead();
        // A reader may be behind the announcement for a moment; a version that never comes (another database) is given up.
        if (version !== undefined && (version >= this.wanted || tries > GIVE_UP_AFTER)) return;
        await sleep(Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** Math.min(tries, 10)), undefined, { ref: false });
      }
    } finally {
      // In the turn of the last comparison: a version announced later must start a new read.
      this.running = undefined;
    }
  }

  private async tryRead(): Promise<number | undefined> {
    try {
      const list = await this.source.read();
      await this.filter.load(list.words);
      this.version = list.version;
      loadedVersion.set(list.version);
      log.info({ version: list.version, words: list.words.length }, 'word list loaded');
      return list.version;
    } catch (error) {
      log.debug({ err: error }, 'could not read the word list; the last one stays');
      return undefined;
    }
  }

  private async poll(): Promise<void> {
    if (this.running || this.version < 0) return;
    const version = await this.source.version().catch(() => this.version);
    if (version !== this.version) await this.refresh();
  }

  private async check(): Promise<void> {
    if (this.version >= 0) return;
    if (Date.now() - this.startedAt < WAIT_FOR_FIRST_MS) throw new Error('the word list is not loaded yet');
  }
}

let shared: WordFilter | undefined;
let source: WordSource | undefined;

/** Reads words from elsewhere than comment's RPC; before the first `wordFilter()`. For tests. */
export const useWordSource = (other: WordSource): void => void (source = other);

/** Hears of new versions through etcd. @returns a function that ends it */
export async function watchAnnouncements(watch: WordWatch): Promise<() => void> {
  const client = await etcd();
  return client.watch(WORDS_VERSION_KEY, (entries) => {
    const version = Number(entries.get(WORDS_VERSION_KEY));
    if (Number.isSafeInteger(version)) watch.announce(version);
  });
}

/**
 * The process's filter. The first call (make it while the layer is built, so that readiness covers it) loads comment's lists and
 * from then on every change is in use within a second. Until the first load it has the built-in words, so nothing is unchecked.
 */
export function wordFilter(): WordFilter {
  if (shared) return shared;
  const filter = new WordFilter(DEFAULT_WORDS);
  shared = filter;
  const watch = new WordWatch(filter, source ?? commentWords());
  watch.start();
  const announcements = source ? Promise.resolve(() => undefined) : watchAnnouncements(watch);
  const stop = async (): Promise<void> => {
    watch.stop();
    (await announcements)();
  };
  void resource('words', () => watch, stop);
  return filter;
}

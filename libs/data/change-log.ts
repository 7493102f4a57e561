import type { Key } from './keys.js';
import type { RedisStore } from './redis-store.js';
import { fromRedisError } from './redis.js';

export interface Changes {
  /** Distinct ids of what changed after the cursor. */
  ids: number[];
  /** To be given next time. */
  cursor: string;
  /** The cursor leads nowhere (any more): everything may have changed, and `ids` is empty. */
  reset: boolean;
  /** There is more already. */
  more: boolean;
}

/** Entries that a log holds, about: at five batches a second an hour's worth, and some MB if every batch were full. */
const MAX_ENTRIES = 20_000;
/** Ids of one entry: a log's last entry is read again by each poll, so it must stay small. */
const IDS_PER_ENTRY = 100;
/** Entries of one answer. */
const READ_ENTRIES = 500;
/** The one field of an entry: its ids, joined by blanks. */
const FIELD = 'i';
const CURSOR = /^\d{1,15}-\d{1,15}$/;

type Entry = [id: string, fields: string[]];

/**
 * Which things of a kind have changed lately, for processes that keep copies of them: a bounded Redis stream with one entry a batch.
 * A cursor is the id of the last entry seen, and every read begins with that entry itself: when it is not there any more (the stream
 * was trimmed past it, Redis was emptied, or came back without its latest writes) the reader learns that it may have missed something.
 */
export class ChangeLog {
  private readonly key: string;

  constructor(
    private readonly redis: RedisStore,
    key: Key<string>,
    private readonly maxEntries = MAX_ENTRIES,
  ) {
    this.key = key({});
  }

  /**
   * Says that these have changed; to be called when every reader can see the change already.
   *
   * @throws DoulError UNAVAILABLE when Redis is away
   */
  async note(ids: readonly number[]): Promise<void> {
    const distinct = [...new Set(ids)];
    if (distinct.length === 0) return;
    const entries = Array.from({ length: Math.ceil(distinct.length / IDS_PER_ENTRY) }, (_, at) =>
      distinct.slice(at * IDS_PER_ENTRY, (at + 1) * IDS_PER_ENTRY).join(' '),
    );
    await this.redis.many(entries.map((text) => ['xadd', this.key, 'MAXLEN', '~', this.maxEntries, '*', FIELD, text]));
  }

  /**
   * What has changed after a cursor; the empty one is answered with the log's present end.
   *
   * @throws DoulError UNAVAILABLE when Redis is away
   */
  async since(cursor: string): Promise<Changes> {
    if (!CURSOR.test(cursor)) return this.restart();
    const wanted = READ_ENTRIES + 1;
    const entries = (await this.redis.client.xrange(this.key, cursor, '+', 'COUNT', wanted).catch(rethrow)) as Entry[];
    if (entries[0]?.[0] !== cursor) return this.restart();
    if (entries.length === 1) return { ids: [], cursor, reset: false, more: false };
    const ids = new Set(entries.slice(1).flatMap(idsOf));
    return { ids: [...ids], cursor: entries.at(-1)?.[0] ?? cursor, reset: false, more: entries.length === wanted };
  }

  private async restart(): Promise<Changes> {
    const [last] = (await this.redis.client.xrevrange(this.key, '+', '-', 'COUNT', 1).catch(rethrow)) as Entry[];
    // A log without entries has no end to remember, so it gets one.
    const cursor = last?.[0] ?? (await this.redis.client.xadd(this.key, '*', FIELD, '').catch(rethrow));
    return { ids: [], cursor: cursor ?? '', reset: true, more: false };
  }
}

function idsOf([, fields]: Entry): number[] {
  const text = fields[1] ?? '';
  return text === '' ? [] : text.split(' ').map(Number);
}

function rethrow(error: unknown): never {
  throw fromRedisError(error);
}

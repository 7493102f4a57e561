import { metrics } from '@doul/runtime';
import type { Key } from './keys.js';
import type { RedisScript } from './redis-script.js';
import type { RedisStore } from './redis-store.js';

export type CounterValues<F extends string> = Record<F, number>;

export interface CounterRow<F extends string> {
  id: number;
  /** 0 = there is no row yet. */
  version: number;
  values: CounterValues<F>;
}

const negative = metrics.counter('doul_counter_negative_total', 'Counters below zero that were shown as zero', ['table']);

/**
 * A copy's text is `<version>:<first field>:<second>…`. It is replaced by a newer version, and by an equal one that differs (its
 * layout changed with a new field): whatever order projections arrive in, the newest stays.
 */
const SET_IF_NEWER = `
local function set(key, version, text, seconds)
  local now = redis.call('GET', key)
  if now then
    local old, new = tonumber(string.match(now, '^%d+')), tonumber(version)
    if old and (old > new or (old == new and now == text)) then return end
  end
  redis.call('SET', key, text, 'EX', seconds)
end
for i = 1, #KEYS do set(KEYS[i], ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i]) end
return 1`;

/** How long "there is no row" is kept, in s: short, since anybody can ask for ids that do not exist. */
const ABSENT_SECONDS = 600;
const DEFAULT_SECONDS = 7 * 86_400;

/** The Redis side of a `CounterTable`. */
export class CounterCopy<F extends string> {
  private readonly script: RedisScript<number>;

  constructor(
    private readonly redis: RedisStore,
    private readonly table: string,
    private readonly fields: readonly F[],
    private readonly key: Key<`${string}{id}${string}`>,
  ) {
    this.script = redis.script<number>('counter-set-if-newer', SET_IF_NEWER);
  }

  /** Rows by id; what is missing, or was written with other fields, is absent. */
  async read(ids: readonly number[]): Promise<Map<number, CounterRow<F>>> {
    const texts = await this.redis.getMany(ids.map((id) => this.keyOf(id)));
    const rows = new Map<number, CounterRow<F>>();
    ids.forEach((id, at) => {
      const row = this.parse(id, texts[at]);
      if (row) rows.set(id, row);
    });
    return rows;
  }

  async write(rows: readonly CounterRow<F>[]): Promise<void> {
    const secondsOf = ({ version }: CounterRow<F>): number => (version === 0 ? ABSENT_SECONDS : (this.key.ttlSeconds ?? DEFAULT_SECONDS));
    await this.script.runMany(
      this.redis.inCalls(rows).map((some) => ({
        keys: some.map(({ id }) => this.keyOf(id)),
        args: some.flatMap((row) => [row.version, this.format(row), secondsOf(row)]),
      })),
    );
  }

  async drop(ids: readonly number[]): Promise<void> {
    await this.redis.unlink(ids.map((id) => this.keyOf(id)));
  }

  keyOf(id: number): string {
    return (this.key as (params: { id: number }) => string)({ id });
  }

  /** The text of one key as a row, for callers that read it in a pipeline of their own. */
  parse(id: number, text: string | null | undefined): CounterRow<F> | undefined {
    if (!text) return undefined;
    const [version, ...numbers] = text.split(':').map(Number);
    if (version === undefined || numbers.length !== this.fields.length || numbers.some((value) => !Number.isSafeInteger(value)))
      return undefined;
    return { id, version, values: Object.fromEntries(this.fields.map((field, at) => [field, numbers[at] ?? 0])) as CounterValues<F> };
  }

  private format(row: CounterRow<F>): string {
    const shown = this.fields.map((field) => {
      if (row.values[field] < 0) negative.inc({ table: this.table });
      return Math.max(0, row.values[field]);
    });
    return [row.version, ...shown].join(':');
  }
}

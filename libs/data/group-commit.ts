import { CommonErrors, DoulError } from '@doul/contracts';
import { currentContext, metrics, newContext, runInContext, type CallCounts } from '@doul/runtime';
import { nanoid } from 'nanoid';

export interface GroupCommitOptions<T, R> {
  /** Its label in metrics. */
  name: string;
  /** Items of one write. */
  max: number;
  /**
   * Writes all items together, for example in one transaction; results in their order. The next group begins when `committed` is
   * called, or with the result.
   */
  write: (items: readonly T[], committed: () => void) => Promise<readonly R[]>;
}

interface Waiter<T, R> {
  readonly item: T;
  /** Unix ms. */
  readonly until: number;
  /** The budget of the request that waits. */
  readonly calls: CallCounts | undefined;
  settle(result: R | DoulError): void;
}

/** Items that wait for their turn: more could only be written after their callers have given up. */
const MAX_WAITING = 5_000;

/** Groups that are committed but have no result yet, while another one begins: what follows a commit is short. */
const MAX_COMMITTED = 4;

const sizes = metrics.histogram('doul_group_commit_size', 'Items written together', ['name'], [1, 2, 4, 8, 16, 32, 64]);
const alone = metrics.counter('doul_group_commit_alone_total', 'Items written again alone because their group could not be written', [
  'name',
]);

/** Whether a failure is the database's and not an item's: writing the items one by one would fail the same way. */
const isOutage = (error: unknown): boolean => error instanceof DoulError && (error.name === 'UNAVAILABLE' || error.name === 'DEADLINE');

/**
 * Writes whatever arrives while a group is not committed yet together in the next one: at low load each item is written at once and alone, at
 * high load the cost of a commit is shared by up to `max` items. Items of different callers know nothing of each other: when a group
 * cannot be written, its items are written one by one, and only those that cannot be written fail.
 */
export class GroupCommit<T, R> {
  private waiting: Waiter<T, R>[] = [];
  private writing = false;
  /** Groups without a result. */
  private open = 0;
  private readonly size;

  constructor(private readonly options: GroupCommitOptions<T, R>) {
    this.size = sizes.labels({ name: options.name });
  }

  /**
   * Writes items, in order. The result of an item that could not be written is its error: UNAVAILABLE at once when too many wait,
   * DEADLINE when its turn came after its caller's deadline, or what `write` threw for it.
   */
  add(items: readonly T[]): Promise<(R | DoulError)[]> {
    const { deadline: until = Infinity, calls } = currentContext() ?? {};
    const results = items.map((item) => new Promise<R | DoulError>((settle) => this.enqueue({ item, until, calls, settle })));
    return Promise.all(results);
  }

  private enqueue(waiter: Waiter<T, R>): void {
    if (this.waiting.length >= MAX_WAITING) return waiter.settle(CommonErrors.UNAVAILABLE());
    this.waiting.push(waiter);
    if (this.writing) return;
    this.writing = true;
    // In the next turn: items of calls that arrived in the same message are then there too.
    setImmediate(() => void this.drain());
  }

  private async drain(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting.splice(0, this.options.max).filter(inTime);
      if (group.length > 0) await this.nextMayBegin(group);
    }
    this.writing = false;
  }

  /** Writes a group, until it is committed. */
  private async nextMayBegin(group: readonly Waiter<T, R>[]): Promise<void> {
    this.open += 1;
    await new Promise<void>((next) => {
      const committed = (): void => (this.open <= MAX_COMMITTED ? next() : undefined);
      void this.writeGroup(group, committed).finally(() => {
        this.open -= 1;
        next();
      });
    });
  }

  /** Belongs to no single request: it has the deadline of the one who waits longest. */
  private async writeGroup(group: readonly Waiter<T, R>[], committed: () => void): Promise<void> {
    this.size.observe(group.length);
    const until = Math.max(...group.map((waiter) => waiter.until));
    const context = { ...newContext(nanoid()), ...(until < Infinity ? { deadline: until } : {}) };
    const results = await runInContext(context, () =>
      this.resultsOf(
        group.map((waiter) => waiter.item),
        committed,
      ),
    );
    for (const calls of new Set(group.map((waiter) => waiter.calls))) charge(calls, context.calls);
    group.forEach((waiter, at) => waiter.settle(results[at] as R | DoulError));
  }

  private async resultsOf(items: readonly T[], committed: () => void): Promise<readonly (R | DoulError)[]> {
    try {
      const results = await this.options.write(items, committed);
      if (results.length === items.length) return results;
      throw new Error(`${this.options.name}: ${items.length} items had ${results.length} results`);
    } catch (error) {
      if (items.length === 1 || isOutage(error)) return items.map(() => asDoulError(error));
      alone.inc({ name: this.options.name }, items.length);
      const results: (R | DoulError)[] = [];
      for (const item of items) results.push(...(await this.resultsOf([item], () => undefined)));
      return results;
    }
  }
}

const asDoulError = (error: unknown): DoulError => (error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error));

/** Each request's budget is charged with what the write cost, as if it had written alone. */
function charge(calls: CallCounts | undefined, cost: CallCounts | undefined): void {
  if (!calls || !cost) return;
  calls.rpc += cost.rpc;
  calls.sql += cost.sql;
  calls.redis += cost.redis;
}

function inTime<T, R>(waiter: Waiter<T, R>): boolean {
  if (waiter.until > Date.now()) return true;
  waiter.settle(CommonErrors.DEADLINE());
  return false;
}

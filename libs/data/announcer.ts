import { childLog } from '@doul/runtime';

const log = childLog('data');
/** Pause between tries while Redis is away, in ms: a change is to be seen everywhere within a second of Redis's return. */
const RETRY_MS = 300;
/** Ids that are remembered meanwhile; with more than that the oldest have long been read anew. */
const MAX_OWED = 10_000;

/** Drops shared copies of what changed, then tells whoever keeps copies of their own; what Redis could not take now it gets later. */
export class Announcer {
  private readonly owed = new Set<number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly drop: (ids: readonly number[]) => Promise<void>,
    private readonly note: (ids: readonly number[]) => Promise<unknown>,
  ) {}

  /**
   * To be called after the change is committed.
   *
   * @throws DoulError UNAVAILABLE when Redis is away; it is then done as soon as Redis is back, as long as this process lives
   */
  async announce(ids: readonly number[]): Promise<void> {
    try {
      await this.drop(ids);
      await this.note(ids);
    } catch (error) {
      for (const id of ids) if (this.owed.size < MAX_OWED) this.owed.add(id);
      this.timer ??= setTimeout(() => void this.retry(), RETRY_MS).unref();
      throw error;
    }
  }

  private async retry(): Promise<void> {
    const ids = [...this.owed];
    this.owed.clear();
    this.timer = undefined;
    await this.announce(ids).then(
      () => log.info({ ids: ids.length }, 'announced changes that Redis could not take before'),
      () => undefined,
    );
  }
}

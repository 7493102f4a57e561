import type { Watcher } from 'etcd3';
import { setTimeout as sleep } from 'node:timers/promises';
import { log } from './log.js';

export type EtcdEntries = ReadonlyMap<string, string>;

export interface WatchedPrefix {
  prefix: string;
  /** Reads all entries; rejects while etcd is away. */
  list(): Promise<EtcdEntries>;
  /** A new watcher from now on. */
  watcher(): Watcher;
}

/** A watch that missed something is put right by a full read this often, in ms. */
const RELIST_MS = 5_000;
/** Changes arriving together cause one read, in ms. */
const SETTLE_MS = 30;
/** Pause before a lost watcher is made anew, in ms. */
const REWATCH_MS = 500;
/** How long etcd may take to confirm the end of a watcher, in ms. */
const CANCEL_MS = 500;

const same = (a: EtcdEntries | undefined, b: EtcdEntries): boolean =>
  a !== undefined && a.size === b.size && [...b].every(([key, value]) => a.get(key) === value);

/** Keeps a listener told of all entries below a prefix. Watchers only say that something happened; what it is, is always read. */
export class PrefixWatch {
  private known: EtcdEntries | undefined;
  private stopped = false;
  private away = false;
  private reading = false;
  private readAgain = false;
  private watcher: Watcher | undefined;
  private readonly timers: { settle?: NodeJS.Timeout; relist?: NodeJS.Timeout; rewatch?: NodeJS.Timeout } = {};

  constructor(
    private readonly source: WatchedPrefix,
    private readonly listener: (entries: EtcdEntries) => void,
  ) {}

  start(): this {
    this.open();
    this.timers.relist = setInterval(() => void this.read(), RELIST_MS);
    void this.read();
    return this;
  }

  /** The listener is not called any more from now on; resolves when the watcher is closed. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    const closed = this.watcher?.cancel().catch(() => undefined);
    await Promise.race([closed, sleep(CANCEL_MS, undefined, { ref: false })]);
  }

  private soon(): void {
    if (this.stopped) return;
    clearTimeout(this.timers.settle);
    this.timers.settle = setTimeout(() => void this.read(), SETTLE_MS);
  }

  /**
   * A watcher that lost its connection would go on from the last revision it saw. An etcd whose data was replaced counts from 1
   * again, and one that was compacted no longer has it: the watcher would be silent for ever. So each loss makes a new one.
   */
  private open(): void {
    const watcher = this.source.watcher();
    this.watcher = watcher;
    let lost = false;
    const lose = (): void => {
      if (lost || this.stopped) return;
      lost = true;
      this.watcher = undefined;
      this.timers.rewatch = setTimeout(() => this.open(), REWATCH_MS);
    };
    watcher.on('connected', () => this.soon());
    watcher.on('data', () => this.soon());
    watcher.on('disconnected', () => {
      lose();
      watcher.cancel().catch(() => undefined);
    });
    // Ended by etcd: it knows the watcher no longer, and must not be asked to end it.
    watcher.on('error', lose);
  }

  /** One read at a time, so that an older answer never comes after a newer one. */
  private async read(): Promise<void> {
    this.readAgain = true;
    if (this.reading) return;
    this.reading = true;
    while (this.readAgain && !this.stopped) {
      this.readAgain = false;
      await this.readOnce();
    }
    this.reading = false;
  }

  private async readOnce(): Promise<void> {
    const { prefix } = this.source;
    const entries = await this.source.list().catch((error: unknown) => {
      if (!this.away && !this.stopped) log.warn({ err: error, prefix }, 'etcd is away; the last known entries stand');
      this.away = true;
    });
    if (!entries || this.stopped) return;
    if (this.away) log.info({ prefix }, 'etcd is back');
    this.away = false;
    if (same(this.known, entries)) return;
    try {
      this.listener(entries);
      this.known = entries;
    } catch (error) {
      log.error({ err: error, prefix }, 'a change in etcd could not be taken in');
    }
  }
}

import { bitsWhere, packedCount, packedText, unpackIds } from '@doul/contracts';
import { LRUCache } from 'lru-cache';
import { encodeArguments, type CommandBatch } from './command-batch.js';

/** Lists of ids whose encoded form is kept, of some kB each: viewers of the newest videos ask for the same lists. */
const KEPT_LISTS = 2_000;

/** How one kind of set says what it holds. */
const KINDS = {
  set: { command: 'SMISMEMBER', holds: (reply: unknown): boolean => reply === 1 },
  zset: { command: 'ZMSCORE', holds: (reply: unknown): boolean => reply !== null },
} as const;

interface EncodedList {
  count: number;
  bytes: string;
}

/** Which of many ids lie in a set that a marker member says to be complete. */
export class MemberFlags {
  private readonly encoded = new LRUCache<string, EncodedList>({ max: KEPT_LISTS });

  constructor(
    private readonly kind: keyof typeof KINDS,
    private readonly marker: string | number,
  ) {}

  /**
   * Adds the question to a batch.
   *
   * @param ids packed
   * @param take gets a bit for each id; undefined when the marker is not in the set. And what the set says of the marker: its score
   */
  ask(batch: CommandBatch, key: string, ids: Uint8Array, take: (bits: Uint8Array | undefined, mark: unknown) => void): void {
    const { command, holds } = KINDS[this.kind];
    const { count, bytes } = this.encode(ids);
    batch.add(command, key, bytes, count + 1, (reply) => {
      const found = reply as readonly unknown[];
      take(holds(found[0]) ? bitsWhere(count, (at) => holds(found[at + 1])) : undefined, found[0]);
    });
  }

  private encode(ids: Uint8Array): EncodedList {
    const text = packedText(ids);
    const known = this.encoded.get(text);
    if (known) return known;
    const made = { count: packedCount(ids) ?? 0, bytes: encodeArguments([this.marker, ...unpackIds(ids)]) };
    this.encoded.set(text, made);
    return made;
  }
}

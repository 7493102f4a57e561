import { DoulError, FavoriteServiceDefinition, RelationServiceDefinition, packIds, type FlagAnswer } from '@doul/contracts';
import type { Call } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { metrics } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import type { CardPage, ViewerFlags } from './card-page.js';
import type { FreshCache } from './fresh-cache.js';
import { ViewerChanges } from './viewer-changes.js';
import { ViewerSets, bitsAmong, type ViewerSet } from './viewer-sets.js';

/** A page without flags soon is better than one with them late, in ms. */
const DEADLINE_MS = 800;
const NONE = new Uint8Array(0);
const degraded = metrics.counter('doul_flags_degraded_total', 'Pages shown without flags of their viewer because a service was away', [
  'part',
]);

/** Flags, and which of them are missing because their service was away. */
export interface ReadFlags extends ViewerFlags {
  readonly missing: readonly string[];
}

type Ask = (question: { viewerId: number; ids: Uint8Array }) => Promise<FlagAnswer>;

/** Who of some users the viewer follows. */
export type ReadFollows = Pick<ReadFlags, 'followed' | 'missing'>;

/** What viewers like and follow: from the sets that this process keeps, or by one question a page and service, which travels with others'. */
@Injectable()
export class ViewerFlagReader {
  constructor(
    @InjectRpc(FavoriteServiceDefinition) private readonly favorites: ApiClient<typeof FavoriteServiceDefinition>,
    @InjectRpc(RelationServiceDefinition) private readonly relations: ApiClient<typeof RelationServiceDefinition>,
    private readonly sets: ViewerSets,
    private readonly changes: ViewerChanges,
  ) {}

  /** Never rejects for a service that is away: its flags are then false, and named. */
  async read(call: Call, { videoIds, authorIds }: Pick<CardPage, 'videoIds' | 'authorIds'>): Promise<ReadFlags> {
    await this.changes.arrived();
    // Both are asked before either is waited for.
    const likes = this.likes(call, videoIds);
    const follows = this.followed(call, authorIds);
    const missing: string[] = [];
    const liked = bitsOf('likes', likes instanceof Promise ? await likes : likes, missing);
    const followed = bitsOf('follows', follows instanceof Promise ? await follows : follows, missing);
    return { liked, followed, missing };
  }

  /** The same where there are only users. */
  async follows(call: Call, authorIds: readonly number[]): Promise<ReadFollows> {
    await this.changes.arrived();
    const missing: string[] = [];
    const followed = bitsOf('follows', await this.followed(call, authorIds), missing);
    return { followed, missing };
  }

  private likes(call: Call, ids: readonly number[]): Bits | Promise<Bits> {
    return this.flags(this.sets.likes, call, ids, (question) => this.favorites.ask.getFlags(question, optionsOf(call)));
  }

  private followed(call: Call, ids: readonly number[]): Bits | Promise<Bits> {
    return this.flags(this.sets.follows, call, ids, (question) => this.relations.ask.getFollowFlags(question, optionsOf(call)));
  }

  /** @param ask for the flags of this page only, where the viewer's set is not kept */
  private flags(kept: FreshCache<ViewerSet>, { viewerId }: Call, ids: readonly number[], ask: Ask): Bits | Promise<Bits> {
    const now = Date.now();
    const asked = (): Promise<Bits> => ask({ viewerId, ids: packIds(ids) }).then(({ bits }) => bits, asFailed);
    if (!this.changes.isWatched(now)) return asked();
    const set = kept.peek(viewerId, now);
    if (set?.ids) return bitsAmong(set.ids, ids);
    // Too many to be kept, or not to be had.
    if (set !== undefined) return asked();
    return kept.load([viewerId]).then(
      (loaded) => {
        const members = loaded.get(viewerId)?.ids;
        return members ? bitsAmong(members, ids) : asked();
      },
      (error: unknown) => (isAway(error) ? new Failed(error) : asked()),
    );
  }
}

const optionsOf = (context: Call) => ({ context, deadlineMs: DEADLINE_MS });

/** A failure as a value: one of two questions may fail while the other is waited for. */
class Failed {
  constructor(readonly error: unknown) {}
}

type Bits = Uint8Array | Failed;

const asFailed = (error: unknown): Failed => new Failed(error);
const AWAY = new Set(['UNAVAILABLE', 'DEADLINE']);
const isAway = (error: unknown): boolean => error instanceof DoulError && AWAY.has(error.name);

/** What was answered; nothing, and `part` among the missing, when the service was away. */
function bitsOf(part: string, answer: Bits, missing: string[]): Uint8Array {
  if (!(answer instanceof Failed)) return answer;
  if (!isAway(answer.error)) throw answer.error;
  degraded.inc({ part });
  missing.push(part);
  return NONE;
}

import { DoulError, FavoriteServiceDefinition, RelationServiceDefinition, type FlagAnswer } from '@doul/contracts';
import type { Call } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { metrics } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import type { CardPage, ViewerFlags } from './card-page.js';

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

/** Who of some users the viewer follows. */
export type ReadFollows = Pick<ReadFlags, 'followed' | 'missing'>;

/** What viewers like and follow: one question a page and service, which travels with other requests'. */
@Injectable()
export class ViewerFlagReader {
  constructor(
    @InjectRpc(FavoriteServiceDefinition) private readonly favorites: ApiClient<typeof FavoriteServiceDefinition>,
    @InjectRpc(RelationServiceDefinition) private readonly relations: ApiClient<typeof RelationServiceDefinition>,
  ) {}

  /** Never rejects for a service that is away: its flags are then false, and named. */
  async read(call: Call, { videoIds, authorIds }: Pick<CardPage, 'videoIds' | 'authorIds'>): Promise<ReadFlags> {
    // Both are asked before either is waited for; every page comes by here, so there are no more promises than that takes.
    const likes = this.favorites.ask.getFlags({ viewerId: call.viewerId, ids: videoIds }, optionsOf(call)).catch(asFailed);
    const follows = this.asked(call, authorIds);
    const missing: string[] = [];
    const liked = bitsOf('likes', await likes, missing);
    const followed = bitsOf('follows', await follows, missing);
    return { liked, followed, missing };
  }

  /** The same where there are only users. @param authorIds packed */
  async follows(call: Call, authorIds: Uint8Array): Promise<ReadFollows> {
    const missing: string[] = [];
    const followed = bitsOf('follows', await this.asked(call, authorIds), missing);
    return { followed, missing };
  }

  private asked(call: Call, ids: Uint8Array): Promise<FlagAnswer | Failed> {
    return this.relations.ask.getFollowFlags({ viewerId: call.viewerId, ids }, optionsOf(call)).catch(asFailed);
  }
}

const optionsOf = (context: Call) => ({ context, deadlineMs: DEADLINE_MS });

/** A failure as a value: one of two questions may fail while the other is waited for. */
class Failed {
  constructor(readonly error: unknown) {}
}

const asFailed = (error: unknown): Failed => new Failed(error);
const AWAY = new Set(['UNAVAILABLE', 'DEADLINE']);

/** What was answered; nothing, and `part` among the missing, when the service was away. */
function bitsOf(part: string, answer: FlagAnswer | Failed, missing: string[]): Uint8Array {
  if (!(answer instanceof Failed)) return answer.bits;
  if (!(answer.error instanceof DoulError) || !AWAY.has(answer.error.name)) throw answer.error;
  degraded.inc({ part });
  missing.push(part);
  return NONE;
}

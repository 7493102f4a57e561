import { DoulError, FavoriteServiceDefinition, RelationServiceDefinition } from '@doul/contracts';
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
    const [liked, followed] = await Promise.all([
      this.attempt('likes', this.liked(call, videoIds)),
      this.attempt('follows', this.followed(call, authorIds)),
    ]);
    const missing = [...(liked ? [] : ['likes']), ...(followed ? [] : ['follows'])];
    return { liked: liked ?? NONE, followed: followed ?? NONE, missing };
  }

  /** The same where there are only users. @param authorIds packed */
  async follows(call: Call, authorIds: Uint8Array): Promise<ReadFollows> {
    const followed = await this.attempt('follows', this.followed(call, authorIds));
    return { followed: followed ?? NONE, missing: followed ? [] : ['follows'] };
  }

  private async liked(call: Call, ids: Uint8Array): Promise<Uint8Array> {
    return (await this.favorites.ask.getFlags({ viewerId: call.viewerId, ids }, { context: call, deadlineMs: DEADLINE_MS })).bits;
  }

  private async followed(call: Call, ids: Uint8Array): Promise<Uint8Array> {
    return (await this.relations.ask.getFollowFlags({ viewerId: call.viewerId, ids }, { context: call, deadlineMs: DEADLINE_MS })).bits;
  }

  private attempt<T>(part: string, answer: Promise<T>): Promise<T | undefined> {
    return answer.catch((error: unknown) => {
      if (!(error instanceof DoulError) || !AWAY.has(error.name)) throw error;
      degraded.inc({ part });
      return undefined;
    });
  }
}

const AWAY = new Set(['UNAVAILABLE', 'DEADLINE']);

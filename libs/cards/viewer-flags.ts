import { DoulError, FavoriteServiceDefinition, RelationServiceDefinition } from '@doul/contracts';
import { InjectRpc, type RpcClient } from '@doul/rpc';
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
    @InjectRpc(FavoriteServiceDefinition) private readonly favorites: RpcClient<typeof FavoriteServiceDefinition>,
    @InjectRpc(RelationServiceDefinition) private readonly relations: RpcClient<typeof RelationServiceDefinition>,
  ) {}

  /** Never rejects for a service that is away: its flags are then false, and named. */
  async read(viewerId: number, { videoIds, authorIds }: Pick<CardPage, 'videoIds' | 'authorIds'>): Promise<ReadFlags> {
    const [liked, followed] = await Promise.all([
      this.attempt('likes', this.liked(viewerId, videoIds)),
      this.attempt('follows', this.followed(viewerId, authorIds)),
    ]);
    const missing = [...(liked ? [] : ['likes']), ...(followed ? [] : ['follows'])];
    return { liked: liked ?? NONE, followed: followed ?? NONE, missing };
  }

  /** The same where there are only users. @param authorIds packed */
  async follows(viewerId: number, authorIds: Uint8Array): Promise<ReadFollows> {
    const followed = await this.attempt('follows', this.followed(viewerId, authorIds));
    return { followed: followed ?? NONE, missing: followed ? [] : ['follows'] };
  }

  private async liked(viewerId: number, ids: Uint8Array): Promise<Uint8Array> {
    return (await this.favorites.ask.getFlags({ viewerId, ids }, { deadlineMs: DEADLINE_MS })).bits;
  }

  private async followed(viewerId: number, ids: Uint8Array): Promise<Uint8Array> {
    return (await this.relations.ask.getFollowFlags({ viewerId, ids }, { deadlineMs: DEADLINE_MS })).bits;
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

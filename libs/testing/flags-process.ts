import { ViewerChanges, ViewerFlagReader, ViewerSets, type CardChanges } from '@doul/cards';
import {
  hasBit,
  type FavoriteServiceDefinition,
  type GetFollowedSetsRequest,
  type GetLikedSetsRequest,
  type RelationServiceDefinition,
} from '@doul/contracts';
import type { Call } from '@doul/http';
import type { RpcClient } from '@doul/rpc';

type Favorites = RpcClient<typeof FavoriteServiceDefinition>;
type Relations = RpcClient<typeof RelationServiceDefinition>;

const NONE = new Uint8Array(0);
const noFlags = { ask: { getFlags: async () => ({ bits: NONE }), getFollowFlags: async () => ({ bits: NONE }) } };
const nobodysLikes = {
  ...noFlags,
  getLikedSets: async ({ viewerIds }: GetLikedSetsRequest) => ({
    sets: viewerIds.map((viewerId) => ({ viewerId, videoIds: NONE, tooMany: false })),
  }),
} as unknown as Favorites;
const nobodysFollows = {
  ...noFlags,
  getFollowedSets: async ({ viewerIds }: GetFollowedSetsRequest) => ({
    sets: viewerIds.map((viewerId) => ({ viewerId, userIds: NONE, tooMany: false })),
  }),
} as unknown as Relations;

const cardsWithoutChanges = { subscribe: () => undefined } as unknown as CardChanges;

/** What an API process keeps of its viewers' flags, on real Redis; of a service that is not given nobody likes or follows anything. */
export class FlagsProcess {
  private readonly changes = new ViewerChanges(cardsWithoutChanges);
  private readonly reader: ViewerFlagReader;

  constructor({ favorites = nobodysLikes, relations = nobodysFollows }: { favorites?: Favorites; relations?: Relations }) {
    this.reader = new ViewerFlagReader(favorites, relations, new ViewerSets(favorites, relations, this.changes), this.changes);
    this.changes.onModuleInit();
  }

  /** Whether changes are heard of, so that what is kept is used. */
  get isWatched(): boolean {
    return this.changes.isWatched(Date.now());
  }

  /** Those of the videos that the viewer likes, and those of the users whom they follow. */
  async flags(
    viewerId: number,
    ids: { videoIds?: readonly number[]; userIds?: readonly number[] },
  ): Promise<{ liked: number[]; followed: number[] }> {
    const { videoIds = [], userIds = [] } = ids;
    const page = { videoIds, authorIds: userIds };
    const { liked, followed, missing } = await this.reader.read({ viewerId } as Call, page);
    if (missing.length > 0) throw new Error(`no ${missing.join()}`);
    return { liked: videoIds.filter((_, at) => hasBit(liked, at)), followed: userIds.filter((_, at) => hasBit(followed, at)) };
  }

  close(): Promise<void> {
    return this.changes.onModuleDestroy();
  }
}

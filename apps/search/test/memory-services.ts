import {
  Card,
  CommentServiceDefinition,
  FavoriteServiceDefinition,
  ProfileServiceDefinition,
  RelationServiceDefinition,
  VideoServiceDefinition,
  VideoState,
  bitsWhere,
  unpackIds,
  type GetCardsRequest,
  type GetFlagsRequest,
  type GetProfilesRequest,
  type GetFollowFlagsRequest,
  type IndexedUser,
  type IndexedVideo,
  type ScanUsersRequest,
  type ScanVideosRequest,
} from '@doul/contracts';
import { RpcController, rpcLayer, type RpcDefinition, type RpcMethod } from '@doul/rpc';
import type { StartedTransport } from '@doul/runtime';
import { Module } from '@nestjs/common';

/** The truth that the fake services below serve. */
export const world = {
  videos: new Map<number, IndexedVideo>(),
  users: new Map<number, IndexedUser>(),
  likes: new Map<number, Set<number>>(),
  calls: [] as string[],
};

export function resetWorld(): void {
  for (const collection of [world.videos, world.users, world.likes]) collection.clear();
  world.calls = [];
}

export function putVideo(id: number, title: string, more: Partial<IndexedVideo> = {}): void {
  const version = (world.videos.get(id)?.version ?? 0) + 1;
  world.videos.set(id, {
    id,
    title,
    authorId: 1,
    state: VideoState.PUBLISHED,
    publishedAtMs: 1_000 * id,
    favoriteCount: 0,
    version,
    ...more,
  });
}

export function putUser(id: number, name: string, username = `user${id}`): void {
  world.users.set(id, { id, name, username, version: (world.users.get(id)?.version ?? 0) + 1, createdAtMs: 0 });
}

interface Part<D extends RpcDefinition, K extends keyof D['methods']> {
  name: D['name'];
  fullName: D['fullName'];
  methods: Pick<D['methods'], K>;
}

/** The part of a service that search calls. */
function part<D extends RpcDefinition, K extends keyof D['methods'] & string>({ name, fullName, methods }: D, ...wanted: K[]): Part<D, K> {
  const all: Record<string, RpcMethod> = methods;
  return { name, fullName, methods: Object.fromEntries(wanted.map((method) => [method, all[method]])) as Pick<D['methods'], K> };
}

function scan<T extends { id: number }>(all: Map<number, T>, { ids, afterId, limit }: { ids: number[]; afterId: number; limit: number }) {
  if (ids.length > 0) return { items: ids.flatMap((id) => all.get(id) ?? []), hasMore: false };
  const rest = [...all.values()].filter(({ id }) => id > afterId).sort((a, b) => a.id - b.id);
  return { items: rest.slice(0, limit), hasMore: rest.length > limit };
}

/** Nothing is noted: what is kept is read anew every time. */
const noChanges = async () => ({ videoIds: [], userIds: [], cursor: '', reset: true, more: false });

@RpcController(part(VideoServiceDefinition, 'scanVideos', 'getCards', 'listVideoChanges'))
class FakeVideos {
  async scanVideos(request: ScanVideosRequest) {
    const { items, hasMore } = scan(world.videos, request);
    return { videos: items, hasMore };
  }

  listVideoChanges() {
    return noChanges();
  }

  async getCards({ ids }: GetCardsRequest) {
    world.calls.push('getCards');
    const published = ids.flatMap((id) => world.videos.get(id) ?? []).filter(({ state }) => state === VideoState.PUBLISHED);
    const cards = published.map(({ id, authorId, title, favoriteCount, state, version }) =>
      Card.fromPartial({
        ...{ id, authorId, title, favoriteCount, state, version },
        playUrl: `http://media.test/${id}.mp4`,
        coverUrl: `http://media.test/${id}.jpg`,
      }),
    );
    return { cards };
  }
}

const likedBits = (viewerId: number, ids: number[]): Uint8Array =>
  bitsWhere(ids.length, (at) => world.likes.get(viewerId)?.has(ids[at] ?? 0) ?? false);

@RpcController(part(FavoriteServiceDefinition, 'getFlags'))
class FakeFavorites {
  async getFlags({ questions }: GetFlagsRequest) {
    world.calls.push('getFlags');
    return { answers: questions.map(({ viewerId, ids }) => ({ bits: likedBits(viewerId, unpackIds(ids)) })), failures: [] };
  }
}

@RpcController(part(ProfileServiceDefinition, 'scanUsers', 'getProfiles', 'listProfileChanges'))
class FakeProfiles {
  async scanUsers(request: ScanUsersRequest) {
    const { items, hasMore } = scan(world.users, request);
    return { users: items, hasMore };
  }

  listProfileChanges() {
    return noChanges();
  }

  async getProfiles({ ids }: GetProfilesRequest) {
    world.calls.push('getProfiles');
    const counters = { followCount: 0, followerCount: 0, isFollow: false, totalFavorited: 0, workCount: 0, favoriteCount: 0 };
    const profiles = ids.flatMap((id) => {
      const user = world.users.get(id);
      const looks = { signature: '', avatar: 'http://media.test/a.png', backgroundImage: 'http://media.test/b.png' };
      return user ? [{ ...counters, ...looks, id, name: user.name, username: user.username }] : [];
    });
    return { profiles };
  }
}

@RpcController(part(RelationServiceDefinition, 'getFollowFlags', 'listRelationChanges'))
class FakeRelations {
  async getFollowFlags({ questions }: GetFollowFlagsRequest) {
    world.calls.push('getFollowFlags');
    return { answers: questions.map(() => ({ bits: Buffer.alloc(0) })), failures: [] };
  }

  listRelationChanges() {
    return noChanges();
  }
}

@RpcController(part(CommentServiceDefinition, 'listCommentChanges'))
class FakeComments {
  listCommentChanges() {
    return noChanges();
  }
}

@Module({ controllers: [FakeVideos, FakeFavorites, FakeProfiles, FakeRelations, FakeComments] })
class FakeServicesModule {}

/** Serves the world over RPC in this process. */
export function startFakeServices(): Promise<StartedTransport> {
  const layer = rpcLayer(FakeServicesModule, { service: 'video' });
  return layer.transport.start([layer]);
}

import { RelationServiceDefinition, type ProfileServiceDefinition } from '@doul/contracts';
import { RedisStore, newRedis, temporaryDatabase, type Database, type RedisClient } from '@doul/data';
import { Outbox } from '@doul/events';
import { instanceClient, type RpcClient } from '@doul/rpc';
import { followCountersKey, followingKey, followingVersionKey } from '../friend.keys.js';
import { FollowAudit } from '../model/follow.audit.js';
import { FollowCounterTable } from '../model/follow-counters.js';
import { FollowRepository } from '../model/follow.repository.js';
import { FollowWriter } from '../model/follow.writer.js';
import { FollowingCache } from '../model/following.cache.js';
import { migrations, schema } from '../model/migrations/index.js';
import { RelationRpc } from '../rpc/relation.rpc.js';
import { RelationService } from '../rpc/relation.service.js';

/** One instance of the friend RPC layer's objects. */
export interface FriendInstance {
  rpc: RpcClient<typeof RelationServiceDefinition>;
  service: RelationService;
  counters: FollowCounterTable;
  cache: FollowingCache;
  writer: FollowWriter;
}

export interface FriendFixture {
  db: Database;
  client: RedisClient;
  /** Another instance on the same servers, as another process has it. */
  newInstance: (redis?: RedisClient) => FriendInstance;
  /** Empties this spec's part of Redis. */
  flush: () => Promise<void>;
  close: () => Promise<void>;
}

/** Users of the specs are numbered from here, apart for each process, since Redis is shared. */
export const FIRST_ID = 1_000_000_000 + process.pid * 100_000;
const IDS = Array.from({ length: 300 }, (_, at) => FIRST_ID + at);
/** The one id of the range that no account has. */
export const NOBODY = FIRST_ID + 99_999;

const profiles = {
  exists: ({ ids }: { ids: number[] }) => Promise.resolve({ ids: ids.filter((id) => id !== NOBODY) }),
} as RpcClient<typeof ProfileServiceDefinition>;

function instanceOn(db: Database, client: RedisClient): FriendInstance {
  const redis = new RedisStore(client);
  const counters = new FollowCounterTable(db, redis);
  const follows = new FollowRepository(db);
  const cache = new FollowingCache(redis, counters, follows);
  const writer = new FollowWriter(db, counters, cache, new Outbox());
  const service = new RelationService(follows, writer, profiles);
  const controller = new RelationRpc(service, cache, counters, new FollowAudit(db, redis, counters, follows));
  return {
    rpc: instanceClient(RelationServiceDefinition, controller),
    service,
    counters,
    cache,
    writer,
  };
}

/** @param client of other servers than the usual one, as of a cluster */
export async function friendFixture(client: RedisClient = newRedis('friend-spec')): Promise<FriendFixture> {
  const { database: db, drop } = await temporaryDatabase(schema, { migrations });
  const flush = async (): Promise<void> => {
    await new RedisStore(client).unlink(
      IDS.flatMap((id) => [followCountersKey({ id }), followingKey({ id }), followingVersionKey({ id })]),
    );
  };
  await flush();
  return {
    db,
    client,
    flush,
    newInstance: (redis = client) => instanceOn(db, redis),
    close: async () => {
      await flush();
      client.disconnect();
      await drop();
    },
  };
}

import { AccountServiceDefinition, ProfileServiceDefinition, SessionServiceDefinition } from '@doul/contracts';
import { RedisStore, newRedis, temporaryDatabase } from '@doul/data';
import { Outbox } from '@doul/events';
import { instanceClient } from '@doul/rpc';
import { AccountRepository } from '../model/account.repository.js';
import { migrations, schema } from '../model/migrations/index.js';
import { ProfileRepository } from '../model/profile.repository.js';
import { Profiles } from '../model/profiles.js';
import { SessionRepository } from '../model/session.repository.js';
import { AccountService } from '../rpc/account.service.js';
import { Passwords } from '../rpc/passwords.js';
import type { ProfileCounters } from '../rpc/profile-counters.js';
import { ProfileService } from '../rpc/profile.service.js';
import { SessionService } from '../rpc/session.service.js';
import { Texts } from '../rpc/texts.js';

/** A list of one bad word and one that is starred. */
const words = {
  check: (text: string) => ({
    hits: [],
    worst: text.includes('badword') ? ('block' as const) : text.includes('meh') ? ('mask' as const) : ('none' as const),
  }),
  mask: (text: string) => text.replace('meh', '***'),
};

const alone = { of: () => Promise.resolve({ follows: new Map(), works: new Map(), following: new Set<number>() }) };

/** The service on a schema and cache keys of its own; the servers are those of the environment. */
export async function startUsercenter() {
  const { database, drop } = await temporaryDatabase(schema, { migrations });
  const client = newRedis('spec');
  await client.flushdb();
  const redis = new RedisStore(client);
  const outbox = new Outbox();
  const repository = new ProfileRepository(database, outbox);
  const profiles = new Profiles(repository, redis);
  const sessions = new SessionRepository(database);
  const texts = new Texts(words);
  return {
    database,
    accounts: instanceClient(
      AccountServiceDefinition,
      new AccountService(new AccountRepository(database, outbox), sessions, profiles, new Passwords(), texts),
    ),
    sessions: instanceClient(SessionServiceDefinition, new SessionService(sessions)),
    profiles: instanceClient(
      ProfileServiceDefinition,
      new ProfileService(profiles, repository, alone as unknown as ProfileCounters, texts),
    ),
    async stop(): Promise<void> {
      client.disconnect();
      await drop();
    },
  };
}

export type Usercenter = Awaited<ReturnType<typeof startUsercenter>>;

let requests = 0;

/** A registration that no other repeats. */
export const registration = (username: string, password = 'secret-1') => {
  requests += 1;
  return { username, password, device: { userAgent: 'spec', address: '127.0.0.1' }, requestKey: `request-${requests}` };
};

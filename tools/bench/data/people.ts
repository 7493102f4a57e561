import { hash } from '@node-rs/argon2';
import type { Bulk } from './bulk.js';
import type { Range } from './ranges.js';

export const PASSWORD = 'bench-password';
export const benchName = (at: number): string => `bench_${at}`;

const ACCOUNTS = {
  name: 'doul_user.accounts',
  columns: ['id', 'username', 'password_hash', 'request_key', 'created_at', '@name'],
  set: 'username_hash = UNHEX(SHA2(@name, 256))',
};
const PROFILES = { name: 'doul_user.profiles', columns: ['user_id', 'name', 'signature', 'avatar_key', 'background_key', 'updated_at'] };

/** Accounts that can log in, with profiles as long as people write them. */
export async function writeUsers(bulk: Bulk, count: number, name = benchName): Promise<Range> {
  const first = (await bulk.number('SELECT COALESCE(MAX(id), 0) + 1 FROM doul_user.accounts')) || 1;
  const password = await hash(PASSWORD);
  const now = Date.now();
  await bulk.load(ACCOUNTS, count, (at) => [first + at, name(at), password, `bench-${at}`, now, name(at)]);
  await bulk.load(PROFILES, count, (at) => [
    first + at,
    `用户 ${at}`,
    `记录生活的第 ${at} 天，喜欢一切有意思的小事，合作请发私信`,
    `bench/${first + at}.jpg`,
    '',
    now,
  ]);
  return { first, count };
}

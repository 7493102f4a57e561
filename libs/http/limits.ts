import { CommonErrors } from '@doul/contracts';
import { RateLimiter, RedisStore, redis } from '@doul/data';
import { resource } from '@doul/runtime';
import type { LimitPolicy } from './endpoint.js';
import type { Exchange } from './exchange.js';
import { httpConfig } from './http.config.js';

/** A user's id, or the name somebody wants to be known by; undefined = nobody yet. */
export type Account = number | string | undefined;

interface Rate {
  limit: number;
  windowMs: number;
}

function ratesOf(policy: LimitPolicy): { address: Rate; account: Rate } {
  const config = httpConfig();
  const rates = {
    register: { address: config.RATE_REGISTER_ADDRESS, account: config.RATE_REGISTER_ACCOUNT },
    login: { address: config.RATE_LOGIN_ADDRESS, account: config.RATE_LOGIN_ACCOUNT },
    publish: { address: config.RATE_PUBLISH_ADDRESS, account: config.RATE_PUBLISH_ACCOUNT },
    cover: { address: config.RATE_COVER_ADDRESS, account: config.RATE_COVER_ACCOUNT },
    comment: { address: config.RATE_COMMENT_ADDRESS, account: config.RATE_COMMENT_ACCOUNT },
    message: { address: config.RATE_MESSAGE_ADDRESS, account: config.RATE_MESSAGE_ACCOUNT },
  };
  return rates[policy];
}

const isLoopback = (address: string): boolean => address === '::1' || address.startsWith('127.');

/** Whether calls from an address are limited at all: this machine's own are not unless it is configured. */
function isLimited(address: string): boolean {
  const { RATE_LIMITS, RATE_LIMIT_LOOPBACK } = httpConfig();
  return RATE_LIMITS && (RATE_LIMIT_LOOPBACK || !isLoopback(address));
}

const limiter = (): Promise<RateLimiter> =>
  resource(
    'http rate limiter',
    async () => new RateLimiter(new RedisStore(await redis())),
    () => undefined,
  );

async function take(exchange: Exchange, bucket: string, { limit, windowMs }: Rate): Promise<void> {
  exchange.calls.redis += 1;
  const { ok, retryAfterSeconds } = await (await limiter()).take(bucket, limit, windowMs / 1000);
  if (!ok) throw CommonErrors.RATE_LIMITED({ retry_after: retryAfterSeconds });
}

/** Counts a call of an address towards a policy. @throws DoulError RATE_LIMITED */
export async function limitAddress(policy: LimitPolicy, exchange: Exchange): Promise<void> {
  const { address } = exchange;
  if (isLimited(address)) await take(exchange, `${policy}:address:${address}`, ratesOf(policy).address);
}

/** Counts a call of an account towards a policy. @throws DoulError RATE_LIMITED */
export async function limitAccount(policy: LimitPolicy, exchange: Exchange, account: Account): Promise<void> {
  if (account === undefined || !isLimited(exchange.address)) return;
  await take(exchange, `${policy}:account:${String(account).normalize('NFKC').toLowerCase()}`, ratesOf(policy).account);
}

/** Counts a call towards both limits of a policy. @throws DoulError RATE_LIMITED */
export async function limitCall(policy: LimitPolicy, exchange: Exchange, account: Account): Promise<void> {
  await limitAddress(policy, exchange);
  await limitAccount(policy, exchange, account);
}

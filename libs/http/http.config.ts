import { defineConfig, env } from '@doul/runtime';
import { z } from 'zod';

/** Parses `30/60s`: so many calls in so long. */
const rate = () =>
  z
    .string()
    .regex(/^\d{1,6}\/\d{1,6}s$/, 'is not a rate such as 30/60s')
    .transform((text) => {
      const [limit = '0', seconds = '0'] = text.slice(0, -1).split('/');
      return { limit: Number(limit), windowMs: Number(seconds) * 1000 };
    });

const limitOf = (what: string, key: string, value: string) => ({
  schema: rate(),
  default: value,
  doc: `Most ${what} per ${key} and window`,
});

export const httpConfig = defineConfig('http', {
  HTTP_PORT: { schema: env.int(0, 65_535), default: '0', doc: 'Port of the API layers of the process; 0 = any free one' },
  TRUSTED_HOPS: {
    schema: env.int(0, 10),
    default: '1',
    doc: 'Proxies in front whose X-Forwarded-For and X-Request-Id are believed; 0 = the socket address counts',
  },
  CORS_ORIGINS: { schema: env.list(), default: '*', doc: 'Origins that browsers may call from, comma-separated, or * for any' },
  JWT_SECRET: {
    schema: z.string().min(32, 'is shorter than 32 characters'),
    devDefault: 'a secret for development only, not for production',
    doc: 'Key that tokens are signed with, at least 32 characters, the same in every process',
    secret: true,
  },
  HTTP_MAX_IN_FLIGHT: {
    schema: env.int(1, 100_000),
    default: '256',
    doc: 'Requests that one process answers at a time, uploads and health apart; more get 503 at once',
  },
  HTTP_MAX_UPLOADS: { schema: env.int(1, 10_000), default: '64', doc: 'File uploads that one process reads at a time' },
  HTTP_MAX_STREAMS: {
    schema: env.int(1, 100_000),
    default: '1000',
    doc: 'Streams of server-sent events that one process keeps open at a time',
  },
  RATE_LIMITS: { schema: env.flag(), default: 'on', doc: 'Whether calls are limited per address and per account' },
  RATE_LIMIT_LOOPBACK: { schema: env.flag(), default: 'off', doc: 'Whether calls from this machine are limited too' },
  RATE_REGISTER_ADDRESS: limitOf('registrations', 'address', '60/3600s'),
  RATE_REGISTER_ACCOUNT: limitOf('registrations', 'username', '10/600s'),
  RATE_LOGIN_ADDRESS: limitOf('logins', 'address', '60/60s'),
  RATE_LOGIN_ACCOUNT: limitOf('logins', 'username', '10/60s'),
  RATE_PUBLISH_ADDRESS: limitOf('uploads', 'address', '120/3600s'),
  RATE_PUBLISH_ACCOUNT: limitOf('uploads', 'account', '60/3600s'),
  RATE_COVER_ADDRESS: limitOf('choices of covers', 'address', '120/600s'),
  RATE_COVER_ACCOUNT: limitOf('choices of covers', 'account', '30/600s'),
  RATE_COMMENT_ADDRESS: limitOf('comments', 'address', '240/60s'),
  RATE_COMMENT_ACCOUNT: limitOf('comments', 'account', '60/60s'),
  RATE_MESSAGE_ADDRESS: limitOf('messages', 'address', '480/60s'),
  RATE_MESSAGE_ACCOUNT: limitOf('messages', 'account', '120/60s'),
});

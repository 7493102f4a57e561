import type { IncomingHttpHeaders } from 'node:http';
import { httpConfig } from './http.config.js';

/** How long a browser may remember the answer to a preflight, in seconds (browsers cap it at a day or less). */
const PREFLIGHT_S = '86400';

const ALLOWED_HEADERS = 'Authorization, Content-Type, Idempotency-Key, Accept-Language, X-Request-Id, traceparent';
const ALLOWED_METHODS = 'GET, POST, OPTIONS';
const EXPOSED_HEADERS = 'X-Request-Id, Retry-After, X-Doul-Degraded';

const EXPOSE = ['access-control-expose-headers', EXPOSED_HEADERS] as const;
const ANY_ORIGIN = ['access-control-allow-origin', '*', ...EXPOSE] as const;
const VARY = ['vary', 'Origin'] as const;

/** CORS headers of an answer, error answers included: names and values in turn. No credentials: tokens are parameters, there are no cookies. */
export function corsHeaders(origin: string | undefined): readonly string[] {
  const origins = httpConfig().CORS_ORIGINS;
  if (origins.includes('*')) return ANY_ORIGIN;
  if (origin === undefined || !origins.includes(origin)) return VARY;
  return ['access-control-allow-origin', origin, ...EXPOSE, ...VARY];
}

/** Further headers of the answer to a preflight. */
export function preflightHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  return {
    'access-control-allow-methods': ALLOWED_METHODS,
    'access-control-allow-headers': String(headers['access-control-request-headers'] ?? ALLOWED_HEADERS).slice(0, 500),
    'access-control-max-age': PREFLIGHT_S,
  };
}

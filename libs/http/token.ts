import { createSigner, createVerifier } from 'fast-jwt';
import { LRUCache } from 'lru-cache';
import { httpConfig } from './http.config.js';

/** A token is good for 30 days, in ms. */
export const TOKEN_MS = 30 * 24 * 3_600_000;
/** Verified tokens kept per process: about 400 bytes each. */
const REMEMBERED_TOKENS = 10_000;
const ISSUER = 'doul';

export interface Identity {
  userId: number;
  sessionId: number;
}

interface Claims {
  sub: string;
  sid: number;
  /** Unix s. */
  exp: number;
}

interface Keys {
  sign: (claims: Omit<Claims, 'exp'>) => string;
  verify: (token: string) => Claims;
}

interface Verified {
  identity: Identity;
  /** Unix ms. */
  expiresAt: number;
}

let keys: Keys | undefined;

function keysOf(): Keys {
  if (keys) return keys;
  const key = httpConfig().JWT_SECRET;
  const sign = createSigner({ key, algorithm: 'HS256', expiresIn: TOKEN_MS, iss: ISSUER });
  const verify = createVerifier({ key, algorithms: ['HS256'], allowedIss: ISSUER, requiredClaims: ['sub', 'sid', 'exp'] });
  return (keys = { sign, verify: (token) => verify(token) as Claims });
}

/** By the whole token. fast-jwt has a cache too, but hashes each token first, which is most of the cost of a hit. */
const verified = new LRUCache<string, Verified>({ max: REMEMBERED_TOKENS });

/** A new access token for a session, good for 30 days unless the session is revoked. */
export const signToken = ({ userId, sessionId }: Identity): { token: string } => ({
  token: keysOf().sign({ sub: String(userId), sid: sessionId }),
});

function verify(token: string): Verified | undefined {
  try {
    const { sub, sid, exp } = keysOf().verify(token);
    const userId = Number(sub);
    if (!Number.isSafeInteger(userId) || userId < 1 || !Number.isSafeInteger(sid)) return undefined;
    return { identity: { userId, sessionId: sid }, expiresAt: exp * 1000 };
  } catch {
    return undefined;
  }
}

/** Who a token speaks for; undefined when its signature, form or age is wrong. Synchronous; a token seen before costs a look-up. */
export function verifyToken(token: string): Identity | undefined {
  const known = verified.get(token);
  if (known) return Date.now() < known.expiresAt ? known.identity : undefined;
  const fresh = verify(token);
  if (fresh) verified.set(token, fresh);
  return fresh?.identity;
}

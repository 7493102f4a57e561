import { createSigner, createVerifier } from 'fast-jwt';
import { httpConfig } from './http.config.js';

/** A token is good for 30 days, in ms. */
export const TOKEN_MS = 30 * 24 * 3_600_000;
/** Verified tokens kept per process: about 300 bytes each. */
const REMEMBERED_TOKENS = 10_000;
const ISSUER = 'doul';

export interface Identity {
  userId: number;
  sessionId: number;
}

interface Keys {
  sign: (claims: { sub: string; sid: number }) => string;
  verify: (token: string) => { sub: string; sid: number };
}

let keys: Keys | undefined;

function keysOf(): Keys {
  if (keys) return keys;
  const key = httpConfig().JWT_SECRET;
  const sign = createSigner({ key, algorithm: 'HS256', expiresIn: TOKEN_MS, iss: ISSUER });
  const verify = createVerifier({
    key,
    algorithms: ['HS256'],
    allowedIss: ISSUER,
    requiredClaims: ['sub', 'sid', 'exp'],
    cache: REMEMBERED_TOKENS,
  });
  return (keys = { sign, verify: (token) => verify(token) as ReturnType<Keys['verify']> });
}

/** A new access token for a session, good for 30 days unless the session is revoked. */
export const signToken = ({ userId, sessionId }: Identity): { token: string } => ({
  token: keysOf().sign({ sub: String(userId), sid: sessionId }),
});

/** Who a token speaks for; undefined when its signature, form or age is wrong. Synchronous: 1 µs for a token seen before, else 6. */
export function verifyToken(token: string): Identity | undefined {
  try {
    const { sub, sid } = keysOf().verify(token);
    const userId = Number(sub);
    return Number.isSafeInteger(userId) && userId > 0 && Number.isSafeInteger(sid) ? { userId, sessionId: sid } : undefined;
  } catch {
    return undefined;
  }
}

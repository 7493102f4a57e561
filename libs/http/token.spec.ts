import { createSigner } from 'fast-jwt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { httpConfig } from './http.config.js';
import { TOKEN_MS, signToken, verifyToken } from './token.js';

afterEach(() => vi.useRealTimers());

interface Forgery {
  key?: string;
  iss?: string;
  algorithm?: 'HS256' | 'HS512';
}

const forge = (claims: object, { key = httpConfig().JWT_SECRET, iss = 'doul', algorithm = 'HS256' }: Forgery = {}): string =>
  createSigner({ key, algorithm, iss, expiresIn: 60_000 })({ ...claims });

describe('a token', () => {
  it('names its user and session until it is 30 days old, also one seen before', () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 1_800_000_000_000 });
    const { token } = signToken({ userId: 7, sessionId: 8 });
    for (let time = 0; time < 2; time++) expect(verifyToken(token)).toEqual({ userId: 7, sessionId: 8 });
    vi.setSystemTime(1_800_000_000_000 + TOKEN_MS - 1_000);
    expect(verifyToken(token)).toEqual({ userId: 7, sessionId: 8 });
    vi.setSystemTime(1_800_000_000_000 + TOKEN_MS);
    expect(verifyToken(token)).toBeUndefined();
  });
  it.each([
    ['another key', () => forge({ sub: '1', sid: 1 }, { key: 'x'.repeat(40) })],
    ['another issuer', () => forge({ sub: '1', sid: 1 }, { iss: 'somebody' })],
    ['another algorithm', () => forge({ sub: '1', sid: 1 }, { algorithm: 'HS512' })],
    ['no algorithm', () => `${Buffer.from('{"alg":"none"}').toString('base64url')}.${forge({ sub: '1', sid: 1 }).split('.')[1] ?? ''}.`],
    ['no session', () => forge({ sub: '1' })],
    ['no user', () => forge({ sid: 1 })],
    ['a user that is no id', () => forge({ sub: '-1', sid: 1 })],
    ['a session that is no id', () => forge({ sub: '1', sid: '1 OR 1' })],
  ])('of %s is none', (_name, make) => expect(verifyToken(make())).toBeUndefined());
});

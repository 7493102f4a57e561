import { CommonErrors } from '@doul/contracts';
import type { AuthRule } from './endpoint.js';
import type { Exchange } from './exchange.js';
import { readToken, type Source } from './read.js';
import { isRevoked } from './revocations.js';
import { noteUse } from './session-uses.js';
import { verifyToken, type Identity } from './token.js';

function identityOf(token: string): Identity | undefined {
  const identity = verifyToken(token);
  return identity && !isRevoked(identity.sessionId) ? identity : undefined;
}

/**
 * Finds out who calls, by the endpoint's rule, and notes it on the exchange. Synchronous.
 *
 * @returns whether the request holds a token that counts
 * @throws DoulError UNAUTHENTICATED, CONFLICTING_PARAMETER
 */
export function authenticate(rule: AuthRule, authorization: string | undefined, sources: readonly Source[], exchange: Exchange): boolean {
  if (rule === 'none') return false;
  const token = readToken(authorization, sources);
  if (token === undefined) {
    if (rule === 'required') throw CommonErrors.UNAUTHENTICATED();
    return false;
  }
  const identity = identityOf(token);
  if (!identity) {
    if (rule !== 'lenient') throw CommonErrors.UNAUTHENTICATED();
    return false;
  }
  exchange.viewerId = identity.userId;
  exchange.sessionId = identity.sessionId;
  noteUse(exchange);
  return true;
}

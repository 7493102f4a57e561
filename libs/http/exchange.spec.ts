import type { IncomingMessage } from 'node:http';
import { withDeadline } from '@doul/runtime';
import { describe, expect, it } from 'vitest';
import { Exchange, addressOf, requestIdOf } from './exchange.js';

const request = (headers: Record<string, string>, remoteAddress = '10.0.0.9'): IncomingMessage =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;

describe('the address of a client', () => {
  it.each<[string, string | undefined, number, string]>([
    ['nobody is trusted', '1.1.1.1', 0, '10.0.0.9'],
    ['no proxy told', undefined, 1, '10.0.0.9'],
    ['one proxy', '1.1.1.1', 1, '1.1.1.1'],
    ['what the client wrote in front does not count', '127.0.0.1, 1.1.1.1', 1, '1.1.1.1'],
    ['two proxies', '9.9.9.9, 1.1.1.1, 2.2.2.2', 2, '1.1.1.1'],
    ['fewer than there should be', '1.1.1.1', 2, '1.1.1.1'],
    ['nonsense', 'unknown', 1, '10.0.0.9'],
    ['mapped', '::ffff:1.1.1.1', 1, '1.1.1.1'],
    ['IPv6', '2001:db8::1', 1, '2001:db8::1'],
  ])('%s', (_name, forwarded, hops, address) => {
    expect(addressOf(request(forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }), hops)).toBe(address);
  });
});

describe('ids', () => {
  it('of requests are taken from trusted proxies only, and only plain ones', () => {
    const given = 'abcdef0123456789';
    expect(requestIdOf(request({ 'x-request-id': given }), 1)).toBe(given);
    expect(requestIdOf(request({ 'x-request-id': given }), 0)).not.toBe(given);
    expect(requestIdOf(request({ 'x-request-id': 'a "quoted" line\n' }), 1)).toMatch(/^[\w-]{21}$/);
  });
  it('of creations are the client’s key, or one that stays the same', () => {
    expect(new Exchange('id', request({ 'idempotency-key': 'retry-of-42' }), 1).requestKey).toBe('retry-of-42');
    const exchange = new Exchange('id', request({}), 1);
    expect(exchange.requestKey).toBe(exchange.requestKey);
  });
  it('of traces go on with the client’s, stay the same, and survive a change of the deadline', () => {
    const exchange = new Exchange('id', request({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }), 1);
    const { traceparent } = withDeadline(exchange, 5);
    expect(traceparent).toMatch(new RegExp(`^00-${'a'.repeat(32)}-[0-9a-f]{16}-01$`));
    expect(exchange.traceparent).toBe(traceparent);
  });
});

import { CommonErrors, DoulError } from '@doul/contracts';
import { Metadata, status, type ServiceError } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { answered, fromWire, neverArrived, toWire } from './wire-error.js';

const received = (code: status, details: string, metadata = new Metadata()): ServiceError =>
  Object.assign(new Error(details), { code, details, metadata });
const overTheWire = (error: unknown): ServiceError => {
  const { code, details, metadata } = toWire(error);
  return received(code, details, metadata);
};

describe('an error of ours', () => {
  it('arrives whole', () => {
    const sent = CommonErrors.INVALID_PARAMETER({ parameter: 'title', problem: '过长' });
    const got = fromWire(overTheWire(sent));
    expect(got).toBeInstanceOf(DoulError);
    const { code, name, grpc, message, messageZh, details, http } = sent;
    expect(got).toMatchObject({ code, name, grpc, message, messageZh, details, http });
    expect(answered(overTheWire(sent))).toBe(true);
  });

  it('arrives with its code and texts although its table is not loaded here', () => {
    const row = {
      n: 1,
      code: 77_001,
      name: 'NEWER',
      grpc: 'FAILED_PRECONDITION',
      en: 'Not {what} {x}',
      zh: '不',
      service: 'newer',
    } as const;
    const got = fromWire(overTheWire(new DoulError(row, { what: '{x}', x: 1 })));
    expect(got).toMatchObject({ code: 77_001, name: 'NEWER', grpc: 'FAILED_PRECONDITION', message: 'Not {x} 1', messageZh: '不' });
    expect(got.details).toEqual({ what: '{x}', x: 1 });
  });

  it('arrives although its details are too large for the trailers', () => {
    const wire = overTheWire(CommonErrors.INVALID_PARAMETER({ parameter: 'x'.repeat(100_000), problem: 'is long' }));
    expect(wire.details.length).toBeLessThan(2_000);
    expect((wire.metadata.get('doul-error-bin')[0] as Buffer).length).toBeLessThan(16_384);
    expect(fromWire(wire)).toMatchObject({ name: 'INVALID_PARAMETER', code: 10_001 });
  });
});

describe('anything else', () => {
  it('arrives as INTERNAL and tells nothing', () => {
    const wire = overTheWire(new Error('password of the database'));
    expect(JSON.stringify([wire.details, wire.metadata.toJSON()])).not.toContain('password');
    expect(fromWire(wire)).toMatchObject({ name: 'INTERNAL', code: 10_000 });
  });

  it.each([
    [status.UNAVAILABLE, 'UNAVAILABLE'],
    [status.CANCELLED, 'UNAVAILABLE'],
    [status.DEADLINE_EXCEEDED, 'DEADLINE'],
    [status.RESOURCE_EXHAUSTED, 'INTERNAL'],
    [status.UNKNOWN, 'INTERNAL'],
  ])('of the transport, status %i, is %s', (code, name) => {
    expect(fromWire(received(code, ''))).toMatchObject({ name });
  });

  it.each(['', '{', 'null', '7', '{"code":"10001"}', '{"code":10001}'])(
    'unreadable, such as %j, counts as one of the transport',
    (text) => {
      const metadata = new Metadata();
      metadata.set('doul-error-bin', Buffer.from(text));
      expect(fromWire(received(status.UNAVAILABLE, '', metadata))).toMatchObject({ name: 'UNAVAILABLE' });
    },
  );
});

describe('a request certainly never arrived', () => {
  it.each([
    [status.UNAVAILABLE, 'No connection established. Last error: connect ECONNREFUSED 127.0.0.1:1', true],
    [status.UNAVAILABLE, 'Name resolution failed for target dns:gone:1', true],
    [status.UNIMPLEMENTED, 'The server does not implement the method', true],
    [status.UNAVAILABLE, 'Connection dropped', false],
    [status.UNAVAILABLE, 'read ECONNRESET', false],
    [status.DEADLINE_EXCEEDED, 'Deadline exceeded', false],
  ])('status %i, "%s": %s', (code, details, never) => {
    expect(neverArrived(received(code, details))).toBe(never);
  });

  it('never when a handler answered, whatever its text says', () => {
    const { code, metadata } = toWire(CommonErrors.UNAVAILABLE());
    expect(neverArrived(received(code, 'connect ECONNREFUSED', metadata))).toBe(false);
    expect(neverArrived(overTheWire(CommonErrors.NOT_FOUND_PATH()))).toBe(false);
  });
});

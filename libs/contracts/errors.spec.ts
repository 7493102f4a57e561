import { describe, expect, it } from 'vitest';
import { CommonErrors, defineErrors, DoulError, errorTable } from './errors.js';

const Errors = defineErrors('spec', 99, {
  FULL: { n: 1, grpc: 'RESOURCE_EXHAUSTED', en: '{room} holds {limit} people', zh: '{room} 最多 {limit} 人' },
  MOVED: { n: 2, grpc: 'ABORTED', http: 409, en: 'Moved', zh: '已移动' },
});

describe('a table', () => {
  it('makes errors with a five-digit code and texts filled from the details', () => {
    const cause = new Error('why');
    const error = Errors.FULL({ room: '{limit}', limit: 3 }, cause);
    expect(error).toBeInstanceOf(DoulError);
    expect(error).toMatchObject({
      code: 99_001,
      name: 'FULL',
      grpc: 'RESOURCE_EXHAUSTED',
      http: 200,
      message: '{limit} holds 3 people',
      messageZh: '{limit} 最多 3 人',
      cause,
    });
    expect(Errors.MOVED().http).toBe(409);
  });

  it('leaves a placeholder that has no value, and takes none from elsewhere', () => {
    expect(Errors.FULL({ room: 'A' }).message).toBe('A holds {limit} people');
    const { odd } = { odd: defineErrors('spec-odd', 98, { ODD: { n: 1, grpc: 'INTERNAL', en: '{constructor} {toString}', zh: '' } }) };
    expect(odd.ODD().message).toBe('{constructor} {toString}');
  });

  it('is listed by code with all others', () => {
    const codes = errorTable().map((row) => row.code);
    expect(codes).toEqual([...codes].sort((a, b) => a - b));
    expect(codes).toContain(99_001);
    expect(codes).toContain(CommonErrors.INTERNAL.row.code);
  });

  it('says which failures may pass', () => {
    expect([Errors.MOVED(), CommonErrors.UNAVAILABLE()].every((error) => error.retryable)).toBe(true);
    expect([Errors.FULL(), CommonErrors.DEADLINE(), CommonErrors.INTERNAL()].some((error) => error.retryable)).toBe(false);
  });
});

describe('a code', () => {
  const row = { grpc: 'INTERNAL', en: '', zh: '' } as const;

  it('is never declared twice, under another name or by another service', () => {
    expect(() => defineErrors('spec', 99, { OTHER: { n: 1, ...row } })).toThrow('99001');
    expect(() => defineErrors('thief', 99, { FULL: { n: 1, ...row } })).toThrow('99001');
  });

  it.each([
    [9, 1],
    [100, 1],
    [97, 1_000],
    [97, -1],
    [97, 0.5],
  ])('of base %i and number %i is refused: it has not five digits', (base, n) => {
    expect(() => defineErrors('spec', base, { WRONG: { n, ...row } })).toThrow('five-digit');
  });
});

describe('an error that crossed an RPC', () => {
  it('is one of the table that is loaded here', () => {
    const error = DoulError.revive(99_001, 'FULL', 'RESOURCE_EXHAUSTED', 'older text', '旧', { room: 'B', limit: 1 });
    expect(error).toMatchObject({ name: 'FULL', message: 'B holds 1 people', details: { room: 'B', limit: 1 } });
  });

  it('keeps code, texts and details when its table is not; braces in its texts are left alone', () => {
    const error = DoulError.revive(55_555, 'NEW', 'NOT_FOUND', 'No {room}', '没有 {room}', { room: 'B' });
    expect(error).toMatchObject({
      code: 55_555,
      name: 'NEW',
      message: 'No {room}',
      messageZh: '没有 {room}',
      details: { room: 'B' },
      http: 200,
    });
  });
});

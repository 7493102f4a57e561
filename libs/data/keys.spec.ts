import { describe, expect, it } from 'vitest';
import { defineKey, keyTable } from './keys.js';

describe('defineKey', () => {
  const card = defineKey({ name: 'spec-card', pattern: 'spec:card:{id}:{part}', type: 'string', ttl: '10m', doc: 'A card.' });
  const shard = defineKey({
    name: 'spec-log',
    pattern: 'spec:{{shard}}:log',
    type: 'stream',
    ttl: 'none: trimmed by its reader',
    doc: 'A log.',
  });

  it('builds keys from typed parameters', () => {
    expect(card({ id: 7, part: 'a' })).toBe('spec:card:7:a');
    expect(shard({ shard: '03' })).toBe('spec:{03}:log');
    // @ts-expect-error a parameter is missing
    expect(card({ id: 7 })).toContain('undefined');
  });

  it('knows lifetimes', () => {
    expect(card.ttlSeconds).toBe(600);
    expect(shard.ttlSeconds).toBeUndefined();
  });

  it('registers each pattern once', () => {
    expect(keyTable().map((key) => key.name)).toEqual(expect.arrayContaining(['spec-card', 'spec-log']));
    expect(() => defineKey({ name: 'other', pattern: 'spec:card:{id}:{part}', type: 'string', ttl: '1s', doc: '' })).toThrow(/already/);
  });
});

import { describe, expect, it } from 'vitest';
import { displayUsername, foldUsername, usernameHash } from './username.js';

describe('usernames', () => {
  it.each([
    ['Doul', 'dOUL'],
    ['doul', 'Ｄｏｕｌ'],
    ['doul', ' do\u200bul '],
    ['é', 'e\u0301'],
    ['ﬁne', 'FINE'],
  ])('%j and %j are one name', (one, other) => expect(usernameHash(one)).toEqual(usernameHash(other)));
  it.each([
    ['doul', 'doul1'],
    ['a b', 'ab'],
    ['小豆', '小逗'],
  ])('%j and %j are two', (one, other) => expect(foldUsername(one)).not.toBe(foldUsername(other)));
  it('are shown as they were typed', () => expect(displayUsername(' Ｄoul 小豆 ')).toBe('Ｄoul 小豆'));
});

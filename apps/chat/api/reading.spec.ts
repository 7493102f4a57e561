import { describe, expect, it } from 'vitest';
import { readingOf } from './reading.js';

describe('readingOf', () => {
  it('opens with everything, the newest lines if there are too many', () => {
    expect(readingOf(0, 0, false)).toEqual({ afterMs: 0, receivedOnly: false, newest: true });
  });

  it('polls for what was received', () => {
    expect(readingOf(5, 0, false)).toEqual({ afterMs: 5, receivedOnly: true, newest: false });
  });

  it('pages from the start, also through what was received', () => {
    expect(readingOf(0, 0, true)).toEqual({ afterMs: 0, receivedOnly: false, newest: false });
    expect(readingOf(0, 7, true)).toEqual({ afterMs: 7, receivedOnly: false, newest: false });
    expect(readingOf(5, 7, true)).toEqual({ afterMs: 7, receivedOnly: true, newest: false });
  });
});

import { describe, expect, it } from 'vitest';
import { createDate } from './create-date.js';

describe('createDate', () => {
  it('is the day in the given zone', () => {
    const newYearsEve = Date.UTC(2025, 11, 31, 16, 30);
    expect(createDate(newYearsEve, 'Asia/Shanghai')).toBe('01-01');
    expect(createDate(newYearsEve, 'UTC')).toBe('12-31');
  });

  it('has two digits each', () => {
    expect(createDate(Date.UTC(2024, 1, 9, 12), 'UTC')).toBe('02-09');
  });
});

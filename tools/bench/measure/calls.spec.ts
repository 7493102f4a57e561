import { describe, expect, it } from 'vitest';
import { sumOf } from './calls.js';

const TEXT = `# TYPE doul_sql_seconds histogram
doul_sql_seconds_count{schema="a"} 3
doul_sql_seconds_count{schema="b c"} 4
doul_sql_seconds_counted{schema="b"} 100
doul_up 1
`;

describe('metrics', () => {
  it('are summed over labels and processes, and not over others of similar names', () => {
    expect(sumOf([TEXT, TEXT], 'doul_sql_seconds_count')).toBe(14);
    expect(sumOf([TEXT], 'doul_up')).toBe(1);
    expect(sumOf([TEXT], 'doul_none')).toBe(0);
  });
});

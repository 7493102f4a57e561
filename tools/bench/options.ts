import { parseArgs } from 'node:util';

export const SCENARIOS = ['static', 'feed', 'feed-anon', 'like', 'comment', 'comment-list', 'favorite-list', 'search', 'login'] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

export interface Options {
  scenarios: readonly ScenarioName[];
  seconds: number;
  connections: number;
  users: number;
  videos: number;
  out: string;
}

export const HELP = `Usage: ./doul bench [SCENARIO …] [options]

Loads the running system through nginx and prints what it takes.

Scenarios (default: all): ${SCENARIOS.join(' ')}

Options:
  --seconds N       time per scenario (default 8)
  --connections N   concurrent connections (default 64)
  --users N         users in the data set (default 10000)
  --videos N        videos in the data set (default 100000)
  --out FILE        where the JSON goes (default bench/results/<time>.json)
  --help            this text
`;

const whole = (name: string, text: string | undefined, fallback: number): number => {
  const value = Number(text ?? fallback);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number from 1`);
  return value;
};

/** Parses the command line. @throws Error with a message for the person at the keyboard */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seconds: { type: 'string' },
      connections: { type: 'string' },
      users: { type: 'string' },
      videos: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const unknown = positionals.filter((name) => !SCENARIOS.includes(name as ScenarioName));
  if (unknown.length > 0) throw new Error(`unknown scenario ${unknown.join(', ')}; there are: ${SCENARIOS.join(' ')}`);
  const chosen = positionals.length > 0 ? (positionals as ScenarioName[]) : SCENARIOS;
  return {
    scenarios: chosen.includes('static') ? chosen : ['static', ...chosen],
    seconds: whole('seconds', values.seconds, 8),
    connections: whole('connections', values.connections, 64),
    users: whole('users', values.users, 10_000),
    videos: whole('videos', values.videos, 100_000),
    out: values.out ?? `bench/results/${new Date().toISOString().replace(/[:.]/g, '-')}.json`,
  };
}

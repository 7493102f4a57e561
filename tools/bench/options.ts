import { parseArgs } from 'node:util';

/** In the order of a whole run. */
export const SCENARIOS = [
  'static',
  'feed',
  'feed-distinct',
  'feed-anon',
  'feed-deep',
  'comment-list',
  'favorite-list',
  'search',
  'login',
  'like',
  'comment',
  'mix',
  'overload',
  'publish',
  'scale',
  'soak',
] as const;
export type ScenarioName = (typeof SCENARIOS)[number];

/** Left out unless they are named: they take many minutes. */
const LONG: readonly ScenarioName[] = ['scale', 'soak'];

export const SIZES = {
  default: { users: 10_000, videos: 100_000 },
  '10k': { users: 10_000, videos: 10_000 },
  '100k': { users: 100_000, videos: 100_000 },
  '1m': { users: 1_000_000, videos: 1_000_000 },
} as const;
export type SizeName = keyof typeof SIZES;

export interface Options {
  scenarios: readonly ScenarioName[];
  size: SizeName;
  index: boolean;
  runs: number;
  seconds: number;
  connections: number;
  /** Likes per second of the sustained run. */
  rate: number;
  /** Length of the sustained run, in s. */
  sustain: number;
  soakMinutes: number;
  against: string | undefined;
  mapping: string | undefined;
  out: string | undefined;
  publishDocs: boolean;
}

export const HELP = `Usage: ./doul bench [SCENARIO …] [options]

Loads a system through nginx and prints what it takes: requests/s, latencies, errors, CPU per request of each process, calls per
request, memory. Without options it measures the running profile, and when none runs it starts one of its own and stops it again.

Scenarios (default: all but ${LONG.join(' and ')}; "all": those too, and the feed in the all-in-one shape):
  feed            logged-in viewers at the head of the feed      feed-distinct   each at another place of it
  feed-anon       without a token                                feed-deep       anywhere in the whole feed
  comment-list    10 comments                                    favorite-list   30 videos
  search, login
  like            a burst, then sustained, then ./doul reconcile comment, publish
  mix             feed, likes and comments together, open loop   overload        5 times the peak, of comments and of the feed
  scale           cost per page with 10k, 100k and 1m videos     soak            memory under a mixed load
  media           uploads and the media pipeline against ffmpeg and curl: ./doul bench media --help
  static          nginx serving a file of the feed page's size, which also runs beside each page

Options:
  --shape S         distributed (default) or all-in-one
  --size N          10k, 100k or 1m users and videos, in a profile of its own (default: 10k users, 100k videos)
  --no-index        do not build the search index
  --runs N          runs of each scenario; medians are printed (default 3)
  --seconds N       of each run (default 8)
  --connections N   (default 64; bursts of likes use at least 256)
  --rate N          likes per second of the sustained run (default 6000)
  --sustain N       seconds of the sustained run (default 60)
  --minutes N       of soak (default 10)
  --against URL     load another server of this API instead, in the words of --mapping FILE (see tools/bench/dialect/mappings)
  --out FILE        where the JSON goes (default bench/results/<time>.json; latest.json, latest.md and latest.svg beside it)
  --publish-docs    put the figures into bench/results/reference.* and docs/performance.md
  --profile NAME    a profile to measure or to start
`;

const whole = (name: string, text: string | undefined, fallback: number): number => {
  const value = Number(text ?? fallback);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${name} takes a whole number from 1`);
  return value;
};

function chosenScenarios(words: readonly string[]): readonly ScenarioName[] {
  if (words.includes('all')) return SCENARIOS;
  const unknown = words.filter((name) => !SCENARIOS.includes(name as ScenarioName));
  if (unknown.length > 0) throw new Error(`unknown scenario ${unknown.join(', ')}; there are: ${SCENARIOS.join(' ')} all`);
  return SCENARIOS.filter((name) => (words.length > 0 ? words.includes(name) : !LONG.includes(name)));
}

function sizeOf(text: string): SizeName {
  if (!(text in SIZES)) throw new Error(`--size takes ${Object.keys(SIZES).join(', ')}`);
  return text as SizeName;
}

/** Parses the command line. @throws Error with a message for the person at the keyboard */
export function parseOptions(args: readonly string[]): Options | 'help' {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      ...{ shape: text, size: text, runs: text, seconds: text, connections: text, rate: text, sustain: text, minutes: text },
      ...{ against: text, mapping: text, out: text, 'publish-docs': flag, 'no-index': flag, help: { ...flag, short: 'h' } },
    },
  });
  if (values.help) return 'help';
  if (values.against !== undefined && values.mapping === undefined) throw new Error('--against needs --mapping FILE');
  return {
    scenarios: chosenScenarios(positionals),
    size: sizeOf(values.size ?? 'default'),
    index: !values['no-index'],
    runs: whole('runs', values.runs, 3),
    seconds: whole('seconds', values.seconds, 8),
    connections: whole('connections', values.connections, 64),
    rate: whole('rate', values.rate, 6_000),
    sustain: whole('sustain', values.sustain, 60),
    soakMinutes: whole('minutes', values.minutes, 10),
    against: values.against,
    mapping: values.mapping,
    out: values.out,
    publishDocs: values['publish-docs'] ?? false,
  };
}

import { join } from 'node:path';
import { prepareDataSet } from './data/dataset.js';
import { Dialect, readMapping } from './dialect/mapping.js';
import { machine, machineLine } from './measure/machine.js';
import { systemProcesses } from './measure/processes.js';
import { HELP, parseOptions, SIZES, type Options, type ScenarioName } from './options.js';
import { writeReport } from './report/write.js';
import { ROOT } from './root.js';
import type { Bench } from './scenarios/bench.js';
import { likeBurst } from './scenarios/like.js';
import { page, partLoad, requests, staticPage } from './scenarios/pages.js';

/** Password hashes are made to cost CPU time: more at once only wait for each other. */
const LOGIN_CONNECTIONS = 16;

type Scenario = (bench: Bench) => Promise<void>;

const scenarios: Partial<Record<ScenarioName, Scenario>> = {
  static: staticPage,
  feed: async (bench) => {
    await page(bench, 'feed');
    await partLoad(bench, 'feed');
  },
  'feed-distinct': (bench) => page(bench, 'feed-distinct'),
  'feed-anon': (bench) => page(bench, 'feed-anon'),
  'comment-list': (bench) => page(bench, 'comment-list'),
  'favorite-list': (bench) => page(bench, 'favorite-list'),
  search: (bench) => requests(bench, 'search'),
  login: (bench) => requests(bench, 'login', LOGIN_CONNECTIONS),
  like: likeBurst,
  comment: (bench) => requests(bench, 'comment'),
};

function publicUrl(): string {
  const url = process.env['PUBLIC_URL'];
  if (!url) throw new Error('PUBLIC_URL is not set: run this through ./doul bench');
  return url;
}

const runningShape = (): string => (systemProcesses(ROOT).some(({ name }) => name === 'all-in-one') ? 'all-in-one' : 'distributed');

async function ownBench(options: Options): Promise<Bench> {
  const data = await prepareDataSet({ ...SIZES[options.size], index: options.index });
  const dialect = new Dialect(readMapping(join(ROOT, 'tools/bench/dialect/mappings/doul.json')));
  return { url: publicUrl(), dialect, data, options, shape: runningShape(), own: true, rows: [], peaks: new Map() };
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') return void console.log(HELP);
  console.log(`${machineLine(machine())}; ${options.connections} connections, ${options.runs} runs of ${options.seconds} s\n`);
  const bench = await ownBench(options);
  console.log(`shape: ${bench.shape}\n`);
  for (const name of options.scenarios) await scenarios[name]?.(bench);
  writeReport(bench.rows, options.out);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);

import { join } from 'node:path';
import { prepareDataSet } from './data/dataset.js';
import { otherBench, suits } from './dialect/against.js';
import { Dialect, readMapping } from './dialect/mapping.js';
import { GeneratorHung } from './load/wrk.js';
import { mediaBench } from './media/main.js';
import { machine, machineLine } from './measure/machine.js';
import { systemProcesses } from './measure/processes.js';
import { HELP, parseOptions, SIZES, type Options, type ScenarioName } from './options.js';
import type { Row } from './report/row.js';
import { publishDocs, writeReport } from './report/write.js';
import { ROOT } from './root.js';
import { idleCost, type Bench } from './scenarios/bench.js';
import { likes } from './scenarios/like.js';
import { mix } from './scenarios/mix.js';
import { overload } from './scenarios/overload.js';
import { publish } from './scenarios/publish.js';
import { everything, scale } from './scenarios/scale.js';
import { search } from './scenarios/search.js';
import { soak } from './scenarios/soak.js';
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
  'feed-deep': (bench) => page(bench, 'feed-deep'),
  'comment-list': (bench) => page(bench, 'comment-list'),
  'favorite-list': (bench) => page(bench, 'favorite-list'),
  search,
  login: (bench) => requests(bench, 'login', LOGIN_CONNECTIONS),
  like: likes,
  comment: (bench) => requests(bench, 'comment'),
  publish,
  mix,
  overload,
  soak,
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
  const idleMsPerSecond = await idleCost();
  return { url: publicUrl(), dialect, data, options, shape: runningShape(), own: true, idleMsPerSecond, rows: [], peaks: new Map() };
}

async function run(options: Options): Promise<readonly Row[]> {
  const bench = options.against === undefined ? await ownBench(options) : await otherBench(options, options.against);
  if (bench.own) {
    const idle = bench.idleMsPerSecond.toFixed(0);
    console.log(`shape ${bench.shape}; without load all processes use ${idle} ms of CPU per second\n`);
  }
  for (const name of options.scenarios) if (suits(bench, name)) await perform(bench, name);
  return bench.rows;
}

/** Once more from its beginning when the generator hung; what the first try measured is not reported. */
async function perform(bench: Bench, name: ScenarioName): Promise<void> {
  const before = bench.rows.length;
  try {
    await scenarios[name]?.(bench);
  } catch (error) {
    if (!(error instanceof GeneratorHung)) throw error;
    console.warn(`${error.message}; ${name} begins anew`);
    bench.rows.length = before;
    await scenarios[name]?.(bench);
  }
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args[0] === 'media') return mediaBench(args.slice(1));
  const options = parseOptions(args);
  if (options === 'help') return void console.log(HELP);
  console.log(`${machineLine(machine())}; ${options.connections} connections, ${options.runs} runs of ${options.seconds} s\n`);
  const rows = args.includes('all') ? everything(options) : options.scenarios.includes('scale') ? scale(options) : await run(options);
  writeReport(rows, options.out);
  if (options.publishDocs) publishDocs(rows);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);

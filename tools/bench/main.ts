import { resolve } from 'node:path';
import { prepareDataSet, type DataSet } from './dataset.js';
import { closedLoop, type Load } from './load.js';
import { HELP, parseOptions, type Options, type ScenarioName } from './options.js';
import { startMeasuring } from './processes.js';
import { machine, printResult, writeReport, type Result } from './report.js';
import { scenario } from './scenarios.js';
import { serveStatically } from './static-server.js';

/** Code is compiled and caches are filled before anything is measured, in seconds. */
const WARM_UP_SECONDS = 3;

const publicUrl = (): string => {
  const url = process.env['PUBLIC_URL'];
  if (!url) throw new Error('PUBLIC_URL is not set: run this through ./doul bench');
  return url;
};

async function measure(name: string, run: (seconds: number) => Promise<Load>, seconds: number): Promise<Result> {
  await run(WARM_UP_SECONDS);
  const finish = startMeasuring(resolve(process.env['DOUL_ROOT'] ?? '.'));
  const load = await run(seconds);
  const result = { scenario: name, ...load, processes: finish() };
  printResult(result);
  return result;
}

async function measureStatic(page: Buffer, options: Options): Promise<Result> {
  const server = await serveStatically(page);
  try {
    const request = { method: 'GET', path: '/page.json' } as const;
    return await measure(
      'static',
      (seconds) => closedLoop(server.url, options.connections, seconds, () => request, false),
      options.seconds,
    );
  } finally {
    await server.stop();
  }
}

function measureScenario(name: Exclude<ScenarioName, 'static'>, data: DataSet, options: Options): Promise<Result> {
  const next = scenario(name, data);
  return measure(name, (seconds) => closedLoop(publicUrl(), options.connections, seconds, next), options.seconds);
}

async function feedPage(): Promise<Buffer> {
  const answer = await fetch(`${publicUrl()}/douyin/feed/`);
  if (!answer.ok) throw new Error(`the feed answers HTTP ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options === 'help') return void console.log(HELP);
  const { cpu, cores, memoryGb, node, commit } = machine();
  console.log(
    `${cpu}, ${cores} cores, ${memoryGb} GB, Node ${node}, commit ${commit}; ${options.connections} connections, ${options.seconds} s each\n`,
  );
  const data = await prepareDataSet(options);
  const results: Result[] = [];
  for (const name of options.scenarios) {
    results.push(name === 'static' ? await measureStatic(await feedPage(), options) : await measureScenario(name, data, options));
  }
  writeReport(options.out, results, { ...options });
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);

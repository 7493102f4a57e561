import type { Run } from '../report/row.js';
import { report, warmUp, work, type Bench } from './bench.js';
import { mixed } from './mix.js';
import { stream } from './requests.js';

/** Memory is read after each part, in seconds. */
const PART_SECONDS = 30;
/** Node's processes are the layers; the rest are servers with caches of their own. */
const LAYER = /-(api|rpc|worker)$|^all-in-one$/;

/** The mixed load for many minutes, and the memory of each layer meanwhile. */
export async function soak(bench: Bench): Promise<void> {
  await warmUp(bench, work(bench, stream('feed', bench.data, bench.dialect)));
  const runs: Run[] = [];
  const parts = Math.ceil((bench.options.soakMinutes * 60) / PART_SECONDS);
  for (let at = 0; at < parts; at += 1) runs.push((await mixed(bench, PART_SECONDS)).all);
  const layers = [...new Set(runs.flatMap(({ processes }) => processes.map(({ name }) => name)))].filter((name) => LAYER.test(name)).sort();
  const memory = (run: Run, name: string): number => Math.round(run.processes.find((one) => one.name === name)?.rssMb ?? 0);
  const series = Object.fromEntries(layers.map((name) => [`${name}, MB, each ${PART_SECONDS} s`, runs.map((run) => memory(run, name))]));
  const most = Math.max(...runs.flatMap((run) => layers.map((name) => memory(run, name))));
  report(bench, 'soak', runs, { loop: 'open', details: { 'most memory of a layer': `${most} MB` }, series });
}

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { applicationEnv, environment } from './environment.js';
import { ALL, LAYERS, layerBuilt } from './layers.js';
import { ROOT } from './layout.js';
import { ensureSupervisor, order, takeDown } from './lifecycle.js';
import { locked } from './lock.js';
import { plan, SERVERS } from './plan.js';
import { externalServers, loadProfile, overridesIn, saveRun } from './profile.js';
import { runShown } from './run.js';
import { frontDoorAnswers } from './servers/edge.js';
import { setUp } from './setup.js';
import { bold, dim, Problem, say, seconds, step } from './ui.js';

/** How long the API layers may take to answer through nginx once they are registered, in ms. */
const FRONT_DOOR_MS = 20_000;

const SLOW = 'elasticsearch';

/** A built tool's entry. @param {string} name */
export const toolMain = (name) => join(ROOT, 'dist/tools', name, 'main.js');

/**
 * Runs a tool of the application with the profile's environment.
 * @param {import('./profile.js').Profile} profile
 * @param {string} name
 * @param {string[]} args
 */
export const runTool = (profile, name, args) => runShown(process.execPath, [toolMain(name), ...args], { env: applicationEnv(profile) });

/**
 * Starts units and shows each with its time as it becomes ready.
 * @param {string} dir
 * @param {string[]} names
 */
const start = (dir, names) => show(dir, { command: 'start', names });

/**
 * @param {string} dir
 * @param {import('./control.js').Request} request
 */
export async function show(dir, request) {
  await order(dir, request, ({ unit, ready, ms }) => {
    const mark = ready ? '·' : '✗';
    say(dim(`  ${mark} ${String(unit).padEnd(32)} ${seconds(Number(ms)).padStart(7)}`));
  });
}

/** @param {import('./profile.js').Profile} profile */
async function migrate(profile) {
  if (!existsSync(toolMain('migrate'))) return say(dim('  the migrations are not built yet: skipped'));
  await step('migrations', async () => {
    if ((await runTool(profile, 'migrate', [])) !== 0) throw new Problem('the migrations failed');
  });
}

/** Pages in browsers may upload to the bundled object store and play from it. @param {import('./profile.js').Profile} profile */
async function openBucket(profile) {
  if (externalServers(profile).includes('oss') || !existsSync(toolMain('ops'))) return;
  if ((await runTool(profile, 'ops', ['bucket', 'cors', '--quiet'])) !== 0) throw new Problem('the bucket could not be opened to browsers');
}

/** @param {import('./profile.js').Profile} profile */
async function waitForFrontDoor(profile) {
  for (const until = Date.now() + FRONT_DOOR_MS; !(await frontDoorAnswers(profile));) {
    if (Date.now() > until) throw new Problem('nginx does not answer; see: ./doul logs nginx, ./doul logs gateway');
    await sleep(100);
  }
}

/** Names of layers that cannot be started because their code is not there. @param {import('./profile.js').Mode} mode */
const unbuilt = (mode) => (mode === 'servers-only' ? [] : mode === 'all-in-one' ? [ALL] : LAYERS).filter((layer) => !layerBuilt(layer));

/**
 * What makes the running servers and layers unfit for what is asked now.
 * @param {import('./profile.js').Run} before
 * @param {import('./profile.js').Run} run
 */
const environmentChanged = (before, run) =>
  JSON.stringify([before.overrides, before.elasticsearch]) !== JSON.stringify([run.overrides, run.elasticsearch]);

/**
 * Brings the servers up and the schemas up to date. Elasticsearch takes longest and nothing waits for it, so it comes up meanwhile.
 * @param {string} name
 * @param {import('./profile.js').Mode} mode
 * @returns {Promise<{ profile: import('./profile.js').Profile, rebuilt: boolean, search: Promise<void> }>}
 */
export async function serversUp(name, mode) {
  const overrides = overridesIn(process.env);
  const before = await loadProfile(name);
  const elsewhere = externalServers({ ...before, run: { mode, overrides, elasticsearch: true } });
  const { elasticsearch, rebuilt } = await setUp(elsewhere);
  const run = { mode, overrides, elasticsearch };
  if (environmentChanged(before.run, run)) await takeDown(name);
  saveRun(before, run);
  const profile = await ensureSupervisor(name);
  const names = plan(profile).specs.flatMap((spec) => (SERVERS.includes(spec.name) ? [spec.name] : []));
  const quick = names.filter((one) => one !== SLOW);
  const search = names.includes(SLOW) ? start(profile.dir, [SLOW]) : Promise.resolve();
  // Whoever waits for it sees its failure; until then it is nobody's.
  search.catch(() => undefined);
  await step('servers are up', () => start(profile.dir, quick));
  await Promise.all([migrate(profile), openBucket(profile)]);
  return { profile, rebuilt, search };
}

/**
 * Layers that already run and are not of the present build.
 * @param {string} dir
 * @returns {Promise<string[]>}
 */
async function runningLayers(dir) {
  const { units } = await order(dir, { command: 'status' });
  const rows = /** @type {import('./supervisor.js').Row[]} */ (units);
  return rows.filter(({ kind, state }) => kind === 'layer' && state === 'ready').map((row) => row.name);
}

/**
 * Starts the layers of the present mode and waits until they answer through nginx.
 * @param {import('./profile.js').Profile} profile
 * @param {boolean} rebuilt
 */
export async function layersUp(profile, rebuilt) {
  const missing = unbuilt(profile.run.mode);
  if (missing.length > 0) say(dim(`  not built yet and skipped: ${missing.join(', ')}`));
  const names = plan(profile)
    .specs.filter((spec) => spec.kind === 'layer')
    .map((spec) => spec.name);
  if (names.length === 0) return;
  const old = rebuilt ? await runningLayers(profile.dir) : [];
  await step('layers are ready', () => start(profile.dir, names));
  const stale = old.filter((layer) => names.includes(layer));
  if (stale.length > 0) await step('layers of the old build replaced', () => show(profile.dir, { command: 'restart', names: stale }));
  await step('nginx answers', () => waitForFrontDoor(profile));
}

/** @param {import('./profile.js').Profile} profile */
async function seedOnce(profile) {
  const stamp = join(profile.dir, 'seeded');
  if (existsSync(stamp)) return;
  if (!existsSync(toolMain('seed'))) return say(dim('  the demo set is not built yet: skipped'));
  say('  the demo set is made through the public API:');
  await step('demo set', async () => {
    if ((await runTool(profile, 'seed', [])) !== 0) throw new Problem('the demo set failed');
  });
  writeFileSync(stamp, '');
}

/** @param {import('./profile.js').Profile} profile */
function farewell(profile) {
  const url = environment(profile)['PUBLIC_URL'];
  say();
  say(`  ${bold(`${url}`)}   API pages: ${url}/docs   an account: ${bold('alice')} / ${bold('alice123')}`);
  say();
  say(`  curl '${url}/douyin/feed/'`);
  say(`  curl -X POST '${url}/douyin/user/login/?username=alice&password=alice123'`);
  say(`  curl '${url}/douyin/search/video/?keyword=cat'`);
}

/**
 * @param {{ profile: string, mode: import('./profile.js').Mode, seed: boolean }} options
 */
export async function up({ profile: name, mode, seed }) {
  const before = Date.now();
  const { dir } = await loadProfile(name);
  const profile = await locked(dir, async () => {
    const servers = await serversUp(name, mode);
    await layersUp(servers.profile, servers.rebuilt);
    await step('search is up', () => servers.search);
    return servers.profile;
  });
  if (mode === 'servers-only')
    return say(`\n  servers are up in ${seconds(Date.now() - before)}; their addresses: eval "$(./doul env --profile ${name})"`);
  if (seed) await seedOnce(profile);
  farewell(profile);
  say(dim(`\n  up in ${seconds(Date.now() - before)}`));
}

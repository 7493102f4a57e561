import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment } from './environment.js';
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

/** A built tool's entry. @param {string} name */
export const toolMain = (name) => join(ROOT, 'dist/tools', name, 'main.js');

/**
 * Runs a tool of the application with the profile's environment.
 * @param {import('./profile.js').Profile} profile
 * @param {string} name
 * @param {string[]} args
 */
export const runTool = (profile, name, args) => runShown(process.execPath, [toolMain(name), ...args], { env: { ...process.env, ...environment(profile) } });

/**
 * Starts units and shows each with its time as it becomes ready.
 * @param {string} dir
 * @param {string[]} names
 */
async function start(dir, names) {
  await order(dir, { command: 'start', names }, ({ unit, ready, ms }) => {
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

/** @param {import('./profile.js').Profile} profile */
async function waitForFrontDoor(profile) {
  for (const until = Date.now() + FRONT_DOOR_MS; !(await frontDoorAnswers(profile)); ) {
    if (Date.now() > until) throw new Problem('nginx does not answer; see: ./doul logs nginx, ./doul logs gateway');
    await sleep(100);
  }
}

/** Names of layers that cannot be started because their code is not there. @param {import('./profile.js').Mode} mode */
const unbuilt = (mode) => (mode === 'servers-only' ? [] : mode === 'all-in-one' ? [ALL] : LAYERS).filter((layer) => !layerBuilt(layer));

/**
 * Brings the servers up and the schemas up to date.
 * @param {string} name
 * @param {import('./profile.js').Mode} mode
 * @returns {Promise<import('./profile.js').Profile>}
 */
export async function serversUp(name, mode) {
  const overrides = overridesIn(process.env);
  const before = await loadProfile(name);
  const run = { mode, overrides, elasticsearch: true };
  const elsewhere = externalServers({ ...before, run });
  const { elasticsearch } = await setUp(elsewhere);
  if (before.run.mode !== mode || JSON.stringify(before.run.overrides) !== JSON.stringify(overrides)) await takeDown(name);
  saveRun(before, { ...run, elasticsearch });
  const profile = await ensureSupervisor(name);
  const names = plan(profile).specs.map((spec) => spec.name);
  await step('servers are up', () => start(profile.dir, names.filter((one) => SERVERS.includes(one))));
  await migrate(profile);
  return profile;
}

/** @param {import('./profile.js').Profile} profile */
async function layersUp(profile) {
  const missing = unbuilt(profile.run.mode);
  if (missing.length > 0) say(dim(`  not built yet and skipped: ${missing.join(', ')}`));
  const names = plan(profile).specs.filter((spec) => spec.kind === 'layer').map((spec) => spec.name);
  if (names.length === 0) return;
  await step('layers are ready', () => start(profile.dir, names));
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
  await locked(dir, async () => {
    const profile = await serversUp(name, mode);
    if (mode === 'servers-only') return say(`servers are up in ${seconds(Date.now() - before)}; for their addresses: eval "$(./doul env --profile ${name})"`);
    await layersUp(profile);
    if (seed) await seedOnce(profile);
    farewell(profile);
    say(dim(`\n  up in ${seconds(Date.now() - before)}`));
  });
}

import { ask } from './control.js';
import { build, installPackages } from './fresh.js';
import { CACHE, folder, ROOT } from './layout.js';
import { takeDown } from './lifecycle.js';
import { locked } from './lock.js';
import { installGenerator } from './packages.js';
import { loadProfile } from './profile.js';
import { runShown } from './run.js';
import { splitProfile } from './tools.js';
import { dim, Problem, say, step } from './ui.js';
import { runTool, toolMain, up } from './up.js';

/** @typedef {import('./profile.js').Mode} Mode */

/** @type {Record<string, Mode>} */
const MODES = { distributed: 'production-shape', 'all-in-one': 'all-in-one' };

/** What starts systems of its own, one after the other. */
const CONDUCTORS = ['scale', 'all'];

/**
 * The value of an option, given as `--name value` or `--name=value`.
 * @param {string[]} args
 * @param {string} name
 */
export function valueOf(args, name) {
  const inline = args.find((arg) => arg.startsWith(`${name}=`));
  const at = args.indexOf(name);
  return inline?.slice(name.length + 1) ?? (at >= 0 ? args[at + 1] : undefined);
}

/** @param {string} name */
const modeOf = async (name) => (await ask((await loadProfile(name)).dir, { command: 'status' }))?.['mode'];

/**
 * Which profile is measured, and the mode in which it has to be started first. A running one is taken when it has the shape that is
 * asked for; a data set of another size has a profile of its own, and so has a shape that nothing runs in.
 * @param {{ named?: string | undefined, shape?: string | undefined, size?: string | undefined, running: unknown }} wanted
 * @returns {{ profile: string, start?: Mode }}
 */
export function choose({ named, shape, size, running }) {
  if (shape !== undefined && !(shape in MODES)) throw new Problem(`--shape takes ${Object.keys(MODES).join(' or ')}`);
  const mode = MODES[shape ?? 'distributed'] ?? 'production-shape';
  const fits = running !== undefined && (shape === undefined || running === mode);
  if (named !== undefined && (fits || running === undefined)) return fits ? { profile: named } : { profile: named, start: mode };
  if (size === undefined && fits) return { profile: 'dev' };
  return { profile: size === undefined ? 'bench' : `bench-${size}`, start: mode };
}

async function tools() {
  await locked(folder(CACHE), async () => {
    await installPackages();
    await build();
    await step('load generator', installGenerator);
  });
}

/**
 * Measures a system, and starts and stops one of its own where none runs that fits.
 * @param {string[]} given
 * @returns {Promise<number>}
 */
export async function bench(given) {
  const { profile, rest } = splitProfile(given, process.env['DOUL_PROFILE'] ?? '');
  await tools();
  const named = profile || undefined;
  const conducts = CONDUCTORS.some((word) => rest.includes(word)) || valueOf(rest, '--against') !== undefined;
  // Without the addresses of any profile, which `up` would take for the user's wish.
  if (conducts) return runShown(process.execPath, [toolMain('bench'), ...rest], { env: { ...process.env, DOUL_ROOT: ROOT } });
  const running = await modeOf(named ?? 'dev');
  const chosen = choose({ named, shape: valueOf(rest, '--shape'), size: valueOf(rest, '--size'), running });
  if (!chosen.start) return runTool(await loadProfile(chosen.profile), 'bench', rest);
  const ran = (await modeOf(chosen.profile)) !== undefined;
  // Without an index there is nothing for Elasticsearch to do, and filling another one meanwhile would be measured too.
  if (rest.includes('--no-index')) Object.assign(process.env, { ELASTICSEARCH_URL: '', SEARCH_FILL: 'off' });
  say(dim(`  measured in the profile ${chosen.profile}`));
  await up({ profile: chosen.profile, mode: chosen.start, seed: false });
  try {
    return await runTool(await loadProfile(chosen.profile), 'bench', rest);
  } finally {
    if (!ran) await takeDown(chosen.profile);
  }
}

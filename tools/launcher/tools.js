import { existsSync } from 'node:fs';
import { ask } from './control.js';
import { build, installPackages } from './fresh.js';
import { CACHE } from './layout.js';
import { locked } from './lock.js';
import { loadProfile } from './profile.js';
import { Problem } from './ui.js';
import { runTool, toolMain } from './up.js';

/** Commands that a built tool carries out: the tool, and the words it is given first. */
export const TOOL_COMMANDS = {
  seed: ['seed'],
  bench: ['bench'],
  reindex: ['ops', 'reindex'],
  reconcile: ['ops', 'reconcile'],
  dlq: ['ops', 'dlq'],
  words: ['ops', 'words'],
  jobs: ['ops', 'jobs'],
  review: ['ops', 'review'],
  bucket: ['ops', 'bucket'],
  publish: ['publish'],
};

/**
 * Takes the choice of a profile out of a command line whose other arguments belong to a tool.
 * @param {string[]} args
 * @param {string} otherwise
 */
export function splitProfile(args, otherwise) {
  const at = args.indexOf('--profile');
  const named = at >= 0 ? args[at + 1] : undefined;
  const rest = args.filter((arg, index) => arg !== '--test' && (at < 0 || (index !== at && index !== at + 1)));
  return { profile: args.includes('--test') ? 'test' : (named ?? otherwise), rest };
}

/**
 * Runs a tool of the application, of the present sources, against a running system.
 * @param {string} name
 * @param {string[]} given
 * @returns {Promise<number>}
 */
export async function runToolCommand(name, given) {
  const [tool = '', ...before] = TOOL_COMMANDS[/** @type {keyof typeof TOOL_COMMANDS} */ (name)];
  const { profile: profileName, rest } = splitProfile(given, process.env['DOUL_PROFILE'] ?? 'dev');
  const profile = await loadProfile(profileName);
  if (rest.includes('--help')) return existsSync(toolMain(tool)) ? runTool(profile, tool, [...before, '--help']) : 0;
  await locked(CACHE, async () => {
    await installPackages();
    await build();
  });
  if (!existsSync(toolMain(tool))) throw new Problem(`tools/${tool} is not there`);
  const elsewhere = Object.keys(profile.run.overrides).length > 0;
  if (!elsewhere && !(await ask(profile.dir, { command: 'status' }))) throw new Problem('nothing runs; start it with: ./doul up');
  return runTool(profile, tool, [...before, ...rest]);
}

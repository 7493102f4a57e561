import { parseArguments } from './arguments.js';
import { environment, exportLines } from './environment.js';
import { overall, helpOf } from './help.js';
import { takeDown } from './lifecycle.js';
import { locked } from './lock.js';
import { loadProfile } from './profile.js';
import { supervise } from './supervisor.js';
import { Problem, red, say } from './ui.js';
import { up } from './up.js';

/** @typedef {(args: string[]) => Promise<number | void>} Command */

const PROFILE = '--profile';
const profileOf = (/** @type {import('./arguments.js').Arguments} */ { values, flags }) => (flags.has('--test') ? 'test' : (values[PROFILE] ?? 'dev'));

/** @type {Record<string, Command>} */
const commands = {
  up: (args) => {
    const parsed = parseArguments(args, { flags: ['--all-in-one', '--servers-only', '--no-seed', '--test'], values: [PROFILE] });
    const mode = parsed.flags.has('--servers-only') ? 'servers-only' : parsed.flags.has('--all-in-one') ? 'all-in-one' : 'production-shape';
    return up({ profile: profileOf(parsed), mode, seed: !parsed.flags.has('--no-seed') });
  },
  down: async (args) => {
    const name = profileOf(parseArguments(args, { flags: ['--test'], values: [PROFILE] }));
    const { dir } = await loadProfile(name);
    const left = await locked(dir, () => takeDown(name));
    say(left > 0 ? `down; ${left} processes that had lost their supervisor were ended` : 'down');
  },
  env: async (args) => {
    const name = profileOf(parseArguments(args, { flags: ['--test'], values: [PROFILE] }));
    say(exportLines(environment(await loadProfile(name))));
  },
  supervise: async ([name = 'dev']) => supervise(name),
};

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runCommand([name = 'help', ...args]) {
  if (['help', '--help', '-h'].includes(name)) {
    say(args[0] ? helpOf(args[0]) : overall());
    return 0;
  }
  const command = commands[name];
  if (!command) {
    process.stderr.write(`${red(`there is no command ${name}`)}\n${overall()}\n`);
    return 2;
  }
  if (args.includes('--help') || args.includes('-h')) {
    say(helpOf(name));
    return 0;
  }
  try {
    return (await command(args)) ?? 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${red(error.message)}\n`);
    return 1;
  }
}

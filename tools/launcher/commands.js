import { rmSync } from 'node:fs';
import { parseArguments } from './arguments.js';
import { bench } from './bench.js';
import { doctor } from './doctor.js';
import { environment, exportLines } from './environment.js';
import { helpOf, overall } from './help.js';
import { LAYERS, ALL } from './layers.js';
import { order, takeDown } from './lifecycle.js';
import { endHolder, locked } from './lock.js';
import { logs } from './logs.js';
import { loadProfile } from './profile.js';
import { status } from './status.js';
import { supervise } from './supervisor.js';
import { test } from './test.js';
import { runToolCommand, TOOL_COMMANDS } from './tools.js';
import { Problem, red, say } from './ui.js';
import { show, up } from './up.js';

/** @typedef {(args: string[]) => Promise<number | void>} Command */
/** @typedef {import('./arguments.js').Arguments} Arguments */

const PROFILE = '--profile';

/** `--test` is short for `--profile test`; the default is the profile of the surrounding `doul test` or `doul env`. @param {Arguments} parsed */
const profileOf = ({ values, flags }) => (flags.has('--test') ? 'test' : (values[PROFILE] ?? process.env['DOUL_PROFILE'] ?? 'dev'));

/** @param {string[]} args @param {string[]} [flags] @param {string[]} [values] */
function parse(args, flags = [], values = []) {
  const parsed = parseArguments(args, { flags: ['--test', ...flags], values: [PROFILE, ...values] });
  return { ...parsed, profile: profileOf(parsed) };
}

/** @param {string} profile @param {import('./control.js').Request} request */
const tell = async (profile, request) => show((await loadProfile(profile)).dir, request);

/** @param {string} text `-9`, `-KILL` or `-SIGKILL` */
function signalOf(text) {
  const name = text.slice(1).toUpperCase().replace(/^SIG/, '');
  return name === '9' ? 'SIGKILL' : `SIG${name}`;
}

/** @type {Record<string, Command>} */
const commands = {
  up: async (args) => {
    const { flags, profile } = parse(args, ['--all-in-one', '--servers-only', '--no-seed']);
    const mode = flags.has('--servers-only') ? 'servers-only' : flags.has('--all-in-one') ? 'all-in-one' : 'production-shape';
    await up({ profile, mode, seed: !flags.has('--no-seed') });
  },
  down: async (args) => {
    const { flags, profile } = parse(args, ['--delete-data']);
    const { dir } = await loadProfile(profile);
    endHolder(dir);
    const left = await locked(dir, () => takeDown(profile));
    if (flags.has('--delete-data')) rmSync(dir, { recursive: true, force: true });
    say(left > 0 ? `down; ${left} processes that had lost their supervisor were ended` : 'down');
  },
  status: (args) => {
    const { flags, profile } = parse(args, ['--json']);
    return status(profile, flags.has('--json'));
  },
  logs: (args) => {
    const { words, flags, values, profile } = parse(args, ['-f'], ['-n']);
    return logs(profile, words[0], { follow: flags.has('-f'), lines: values['-n'] ?? '100' });
  },
  restart: async (args) => {
    const { words, profile } = parse(args);
    const { units } = await order((await loadProfile(profile)).dir, { command: 'status' });
    const running = /** @type {import('./supervisor.js').Row[]} */ (units).map((row) => row.name);
    await tell(profile, {
      command: 'restart',
      names: words.length > 0 ? words : [...LAYERS, ALL].filter((layer) => running.includes(layer)),
    });
  },
  start: async (args) => {
    const { words, profile } = parse(args);
    if (words.length === 0) throw new Problem(helpOf('start'));
    await tell(profile, { command: 'start', names: words });
  },
  stop: async (args) => {
    const { words, profile } = parse(args);
    if (words.length === 0) throw new Problem(helpOf('stop'));
    await tell(profile, { command: 'stop', names: words });
  },
  kill: async (args) => {
    const signals = args.filter((arg) => /^-([A-Z]+|9)$/.test(arg));
    const { words, profile } = parse(args.filter((arg) => !signals.includes(arg)));
    if (words.length === 0) throw new Problem(helpOf('kill'));
    await tell(profile, { command: 'kill', names: words, signal: signalOf(signals[0] ?? '-KILL') });
  },
  env: async (args) => {
    const { profile } = parse(args);
    say(exportLines(profile, environment(await loadProfile(profile))));
  },
  test: (args) => test(parse(args).words),
  doctor: (args) => doctor(parse(args).profile),
  supervise: ([name = 'dev']) => supervise(name),
};

/** @param {string} name @param {string[]} args */
async function run(name, args) {
  const wantsHelp = args.includes('--help') || args.includes('-h');
  if (name === 'bench' && !wantsHelp) return bench(args);
  if (name in TOOL_COMMANDS) {
    if (wantsHelp) say(helpOf(name));
    return runToolCommand(name, args);
  }
  const command = commands[name];
  if (!command) {
    process.stderr.write(`${red(`there is no command ${name}`)}\n${overall()}\n`);
    return 2;
  }
  if (!wantsHelp) return (await command(args)) ?? 0;
  say(helpOf(name));
  return 0;
}

/**
 * @param {string[]} args
 * @returns {Promise<number>} the exit code
 */
export async function runCommand([name = 'help', ...args]) {
  try {
    if (!['help', '--help', '-h'].includes(name)) return await run(name, args);
    say(args[0] ? helpOf(args[0]) : overall());
    return 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    process.stderr.write(`${red(error.message)}\n`);
    return 1;
  }
}

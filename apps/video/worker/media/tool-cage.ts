import { childLog, metrics } from '@doul/runtime';
import { spawnSync } from 'node:child_process';
import { mediaConfig } from './media.config.js';

const log = childLog('media');
const inForce = metrics.gauge(
  'doul_media_cage',
  'Whether runs of ffmpeg are limited here: no network, bounded resources, ending with their parent; 1 = yes',
  ['limit'],
);

/** What one run of a tool may use. */
export interface ToolLimits {
  /** Until it is killed, in ms; the time in which its group waits is not counted. */
  readonly ms: number;
  /** That it may write to its standard output. */
  readonly bytes: number;
  /** The largest file that it may write, in bytes; none at all when left out. */
  readonly fileBytes?: number;
}

/** Ways to start a program without any network interface, the best first: the second one needs no privilege. */
const NO_NETWORK: readonly (readonly string[])[] = [
  ['unshare', '--net', '--'],
  ['unshare', '--user', '--map-root-user', '--net', '--'],
];
/** A host has two processors or more: what runs for a second may use two seconds of them, or more. */
const CPU_FACTOR = 2;
/** Tells whether a program of util-linux is there, in ms. */
const TRY_MS = 5_000;

const works = (command: readonly string[]): boolean => {
  const [program = '', ...args] = command;
  return spawnSync(program, [...args, 'true'], { stdio: 'ignore', timeout: TRY_MS }).status === 0;
};

/** Ends with the process that started it: nobody would wait for what it makes. */
const WITH_PARENT = ['setpriv', '--pdeathsig', 'KILL', '--'];

interface Abilities {
  readonly network: readonly string[];
  readonly prlimit: boolean;
  readonly parent: readonly string[];
}

let found: Abilities | undefined;
/** What this system allows, found out once: containers often forbid new namespaces. */
function abilities(): Abilities {
  found ??= lookAround();
  return found;
}

function lookAround(): Abilities {
  const network = NO_NETWORK.find(works) ?? [];
  const prlimit = works(['prlimit', '--core=0']);
  const parent = works(WITH_PARENT) ? WITH_PARENT : [];
  tell('network', network.length > 0, 'ffmpeg runs with the network of this process: unshare is not there or not allowed');
  tell('resources', prlimit, 'ffmpeg runs with unbounded memory and files: prlimit is not there or not allowed');
  tell('parent', parent.length > 0, 'ffmpeg may outlive a worker that is killed: setpriv is not there or not allowed');
  return { network, prlimit, parent };
}

function tell(limit: string, isInForce: boolean, otherwise: string): void {
  inForce.set({ limit }, isInForce ? 1 : 0);
  if (!isInForce) log.warn({ limit }, otherwise);
}

/** Finds out now which limits are in force, so that logs and metrics tell it before the first file of a stranger is opened. */
export const inspectCage = (): void => void abilities();

/** The command that runs a program at low priority, without network, with bounded memory, output and time of the CPU, and not outliving this process, as far as the system allows. */
export function caged(path: string, args: readonly string[], limits: ToolLimits): [string, ...string[]] {
  const { network, prlimit, parent } = abilities();
  const { MEDIA_MEMORY_MEGABYTES: megabytes, MEDIA_NICE: nice } = mediaConfig();
  const seconds = Math.ceil((limits.ms / 1_000) * CPU_FACTOR);
  const bounds = [
    `--as=${megabytes * 2 ** 20}`,
    // Above the soft limit ffmpeg ends and says so; it does not outlive the hard one.
    `--cpu=${seconds}:${seconds + 5}`,
    `--fsize=${limits.fileBytes ?? 0}`,
    '--core=0',
  ];
  const [program = 'nice', ...rest] = [
    ...network,
    ...(prlimit ? ['prlimit', ...bounds, '--'] : []),
    'nice',
    '-n',
    String(nice),
    '--',
    // Last, since a program with other rights would forget it.
    ...parent,
    path,
    ...args,
  ];
  return [program, ...rest];
}

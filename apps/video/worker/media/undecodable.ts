import { TOO_LONG } from './ffmpeg.js';
import type { ToolResult } from './run-tool.js';
import { CUT_OFF } from './safe-input.js';

/** The file itself cannot be decoded: no further try will change that. */
export class UndecodableError extends Error {
  constructor(
    message: string,
    readonly reason: 'damaged' | 'too-heavy' = 'damaged',
  ) {
    super(message);
  }
}

/** A run that also writes something failed, and nobody knows whether that is the fault of the file: decoding it tells. */
export class UnexplainedError extends Error {}

/**
 * What it sounds like when the system is short of something, or ends a run. Only ffmpeg's own complaints count: a file's title may say the same.
 */
const OURS = [
  /^(?:\[[^\]\n]* @ [^\]\n]*\] )?\[(?:error|fatal|panic)\].*(?:No space left|File too large|quota exceeded|Cannot allocate memory|Resource temporarily unavailable|Permission denied|Operation not permitted|Too many open files|Input\/output error|No such file)/im,
  /^\[info\] Exiting normally, received signal/m,
];
/**
 * Files whose packets have been read can be opened: what ends before that has not failed because of the file. Whoever reads it may complain of it
 * so often that the line which says that it was opened is lost.
 */
const HAS_OPENED = /^(?:\[info\] Input #0,|\[[^\]\n]* @ 0x[0-9a-f]+\] \[)/m;

/** Whether what ffmpeg or ffprobe logged, each line with its level, says that the system is short of something. */
export const isOurs = (log: string): boolean => OURS.some((complaint) => complaint.test(log));

/**
 * Tells whose fault it is that a run of ffmpeg did not succeed.
 *
 * @param what was made, for errors
 * @param kind a run that only decodes has nobody to blame but the file, unless the system is short of something; it has to log at the level
 *   `info`. One that also writes does not know: decoders have too many words for what is broken
 * @throws UndecodableError when it is the file's; UnexplainedError when nobody knows; Error when it is ours
 */
export function mustSucceed(what: string, { code, stderr }: Pick<ToolResult, 'code' | 'stderr'>, kind: 'decodes' | 'writes'): void {
  if (stderr.includes(TOO_LONG)) throw new UndecodableError(`${what} takes too much of the processor`, 'too-heavy');
  if (CUT_OFF.test(stderr)) throw new UndecodableError(`${what}: ${stderr.slice(0, 500)}`);
  if (code === 0) return;
  const message = `${what}: ${kind === 'decodes' ? 'cannot be decoded' : 'could not be made'}: ${stderr.trim().slice(-500)}`;
  if (isOurs(stderr)) throw new Error(message);
  if (kind === 'writes') throw new UnexplainedError(message);
  throw HAS_OPENED.test(stderr) ? new UndecodableError(message) : new Error(message);
}

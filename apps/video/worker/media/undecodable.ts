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

/** What a full disk or a lack of memory sounds like. */
const OURS = /No space left|File too large|Cannot allocate memory|Permission denied|Input\/output error|No such file/i;

/**
 * Tells whose fault it is that a run of ffmpeg did not succeed.
 *
 * @param what was made, for errors
 * @param kind a run that only decodes has nobody to blame but the file, unless the system is short of something; one that also writes
 *   does not know: decoders have too many words for what is broken
 * @throws UndecodableError when it is the file's; Error when it is ours, or nobody knows
 */
export function mustSucceed(what: string, { code, stderr }: Pick<ToolResult, 'code' | 'stderr'>, kind: 'decodes' | 'writes'): void {
  if (stderr.includes(TOO_LONG)) throw new UndecodableError(`${what} takes too much of the processor`, 'too-heavy');
  const isFiles = code !== 0 && kind === 'decodes' && !OURS.test(stderr);
  if (CUT_OFF.test(stderr) || isFiles) throw new UndecodableError(`${what}: ${stderr.slice(0, 500)}`);
  if (code !== 0) throw new Error(`${what} could not be made: ${stderr.trim().slice(-500)}`);
}

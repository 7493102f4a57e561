import { spawn } from 'node:child_process';
import { Deadline } from './deadline.js';
import { caged, type ToolLimits } from './tool-cage.js';
import { ToolGroup } from './tool-group.js';

export interface ToolResult {
  /** 0 = success. */
  readonly code: number;
  readonly stdout: Buffer;
  /** The beginning and the end of what it complained about. */
  readonly stderr: string;
}

export interface ToolOptions extends ToolLimits {
  /** Kills it. */
  readonly signal?: AbortSignal | undefined;
  /** Where it runs. */
  readonly cwd?: string;
  /** Is given its standard output as it comes, which then is not collected. */
  readonly onOutput?: (text: string) => void;
}

/** A tool that was stopped because it used more than it may. */
export class ToolLimitError extends Error {
  constructor(
    message: string,
    readonly limit: 'time' | 'output',
  ) {
    super(message);
  }
}

/** Of what a tool complains about, the beginning and the end are enough: each at most this many characters. */
const STDERR_CHARACTERS = 16 * 1024;
/** The code with which `nice` and the like say that there is no such program. */
const NOT_FOUND = 127;

/** Keeps the beginning and the end of a text of any length. */
class Ends {
  private head = '';
  private tail = '';

  add(text: string): void {
    const room = Math.max(0, STDERR_CHARACTERS - this.head.length);
    this.head += text.slice(0, room);
    this.tail = (this.tail + text.slice(room)).slice(-STDERR_CHARACTERS);
  }

  get text(): string {
    return this.head + this.tail;
  }
}

/**
 * Runs a media tool without a shell, an input, a terminal or a network, at low priority and within limits.
 *
 * @throws ToolLimitError when it takes too long or writes too much; Error when it cannot be started or is killed; the
 *   signal's reason when it is aborted: none of that is the file's verdict
 */
export function runTool(path: string, args: readonly string[], options: ToolOptions): Promise<ToolResult> {
  const { signal } = options;
  if (signal?.aborted) return Promise.reject(signal.reason as Error);
  return new Promise((resolve, reject) => {
    const [program, ...rest] = caged(path, args, options);
    const child = spawn(program, rest, { stdio: ['ignore', 'pipe', 'pipe'], ...(options.cwd === undefined ? {} : { cwd: options.cwd }) });
    const chunks: Buffer[] = [];
    const complaints = new Ends();
    let size = 0;
    let failure: Error | undefined;
    const kill = (reason: Error): void => {
      failure ??= reason;
      child.kill('SIGKILL');
    };
    const abort = (): void => kill(signal?.reason as Error);
    const deadline = new Deadline(options.ms, () => kill(new ToolLimitError(`${path} took more than ${options.ms} ms`, 'time')));
    ToolGroup.join(child, deadline);
    signal?.addEventListener('abort', abort, { once: true });
    const settle = (): void => {
      deadline.clear();
      signal?.removeEventListener('abort', abort);
    };
    child.stdout.on('data', (chunk: Buffer) => {
      if (options.onOutput) return options.onOutput(chunk.toString());
      size += chunk.length;
      if (size > options.bytes) return kill(new ToolLimitError(`${path} wrote more than ${options.bytes} bytes`, 'output'));
      chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => complaints.add(chunk.toString()));
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code, killedBy) => {
      settle();
      if (failure) reject(failure);
      else if (code === null) reject(new Error(`${path} was killed by ${killedBy ?? 'a signal'}`));
      else if (code === NOT_FOUND) reject(new Error(`${path} cannot be started: ENOENT`));
      else resolve({ code, stdout: Buffer.concat(chunks), stderr: complaints.text });
    });
  });
}

import { spawn, type ChildProcess } from 'node:child_process';
import { constants, setPriority } from 'node:os';

export interface ToolResult {
  /** 0 = success. */
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Of what a tool complains about, the beginning is enough. */
const STDERR_BYTES = 16 * 1024;

/** Media work yields to requests that somebody waits for. */
function yieldToOthers(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already.
  }
}

/**
 * Runs a media tool without a shell, an input, or a terminal, at low priority.
 *
 * @param limits `ms` until it is killed; `bytes` that it may write
 * @throws Error when it cannot be started, takes too long, writes too much or is killed: none of that is the file's verdict
 */
export function runTool(path: string, args: readonly string[], limits: { ms: number; bytes: number }): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    let size = 0;
    let stderr = '';
    let failure: Error | undefined;
    const kill = (reason: string): void => {
      failure ??= new Error(`${path} ${reason}`);
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => kill(`took more than ${limits.ms} ms`), limits.ms);
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limits.bytes) return kill(`wrote more than ${limits.bytes} bytes`);
      chunks.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (stderr.length < STDERR_BYTES) stderr += chunk.toString();
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      if (code === null) reject(failure ?? new Error(`${path} was killed by ${signal ?? 'a signal'}`));
      else if (failure) reject(failure);
      else resolve({ code, stdout: Buffer.concat(chunks), stderr });
    });
    yieldToOthers(child);
  });
}

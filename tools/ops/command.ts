/** A subcommand of `./doul` that talks to a running system. */
export interface Command {
  /** Shown by --help: usage lines and what they do. */
  readonly help: string;
  /**
   * @returns the exit code; nothing = 0
   * @throws UsageError for arguments that make no sense; anything else is a failure of the work itself
   */
  run(args: readonly string[]): Promise<number | void>;
}

/** Arguments that the command does not take; the help is printed with it. */
export class UsageError extends Error {}

export const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** @throws UsageError unless the text is a whole number of at least 1 */
export function wholeNumber(text: string | undefined, what: string, fallback: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new UsageError(`${what} is not a positive whole number: ${text}`);
  return value;
}

/** Unix ms as an operator reads it; empty for 0. */
export const time = (ms: number): string => (ms > 0 ? new Date(ms).toISOString() : '');

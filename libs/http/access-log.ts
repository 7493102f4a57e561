import { log, type CallCounts } from '@doul/runtime';
import { writeSync } from 'node:fs';

/** How long a line may wait for others to be written with, in ms: what a `kill -9` can lose. */
const FLUSH_MS = 100;
/** Lines are written at once when they have become so much, in characters. */
const FLUSH_LENGTH = 65_536;

/** One answered request. Every text in it is ours or was checked: ids are plain, routes are declared, methods are parsed. */
export interface AccessLine {
  requestId: string;
  method: string;
  route: string;
  user: number;
  status: number;
  statusCode: number;
  /** Time to the end of the answer. */
  ms: number;
  calls: CallCounts;
  aborted: boolean;
}

const head = `"pid":${process.pid},"service":${JSON.stringify(process.env['SERVICES'] ?? null)},"part":"http","msg":"request"`;

let lines = '';
let timer: NodeJS.Timeout | undefined;

function flush(): void {
  clearTimeout(timer);
  timer = undefined;
  const text = lines;
  lines = '';
  if (text !== '') process.stdout.write(text);
}

process.once('exit', () => {
  if (lines !== '') writeSync(1, lines);
});

/** The line as pino would write it: made by hand it costs a tenth, and there is one for each request. */
export function formatAccess(line: AccessLine, now: number): string {
  const { rpc, sql, redis } = line.calls;
  const ms = Math.round(line.ms * 100) / 100;
  return (
    `{"level":30,"time":${now},${head},"requestId":"${line.requestId}","method":"${line.method}","route":"${line.route}",` +
    `"user":${line.user},"status":${line.status},"status_code":${line.statusCode},"ms":${ms},` +
    `"calls":{"rpc":${rpc},"sql":${sql},"redis":${redis}}${line.aborted ? ',"aborted":true' : ''}}\n`
  );
}

/** Logs a request at level info, together with others. */
export function logAccess(line: AccessLine): void {
  if (!log.isLevelEnabled('info')) return;
  lines += formatAccess(line, Date.now());
  if (lines.length >= FLUSH_LENGTH) flush();
  else timer ??= setTimeout(flush, FLUSH_MS).unref();
}

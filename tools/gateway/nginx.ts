import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { log } from '@doul/runtime';
import { render, type EdgeSettings } from './render.js';

const run = promisify(execFile);
const STATIC_FILES = [
  ...['api.conf', 'headers.conf', 'proxy.conf', 'proxy-headers.conf', 'websocket.conf'],
  ...['routes.lua', 'shared-answers.lua'],
];
/** An access log that has grown past this is set aside as `.1`, in bytes. */
const LOG_BYTES = 128 * 1024 * 1024;

/** The template's folder: above this file in the sources as in the build. */
function templateDir(): string {
  for (let at = import.meta.dirname; ; at = dirname(at)) {
    const found = join(at, 'deploy/nginx');
    if (existsSync(join(found, 'nginx.conf.template'))) return found;
    if (at === dirname(at)) throw new Error('deploy/nginx was not found');
  }
}

/** Replaces a file in one step; whether its content changed. */
export function replaceFile(path: string, text: string): boolean {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
  return true;
}

/** nginx as the gateway handles it: its files, its check, its signals. */
export class Nginx {
  private readonly dir: string;

  constructor(
    private readonly program: string,
    private readonly settings: EdgeSettings,
  ) {
    this.dir = settings.dir;
  }

  private args(conf: string): string[] {
    return ['-e', 'stderr', '-p', `${this.dir}/`, '-c', conf];
  }

  /**
   * Writes the configuration and has nginx check it before it takes the place of the old one.
   *
   * @returns whether it changed
   * @throws Error with nginx's own words when it is wrong
   */
  async configure(): Promise<boolean> {
    mkdirSync(join(this.dir, 'tmp'), { recursive: true });
    const from = templateDir();
    for (const file of STATIC_FILES) copyFileSync(join(from, file), join(this.dir, file));
    const text = render(readFileSync(join(from, 'nginx.conf.template'), 'utf8'), this.settings);
    writeFileSync(join(this.dir, 'nginx.conf.draft'), text);
    try {
      await run(this.program, ['-t', '-q', ...this.args('nginx.conf.draft')], { cwd: this.dir });
    } catch (error) {
      throw new Error(`nginx refuses its configuration: ${(error as { stderr?: string }).stderr ?? String(error)}`, { cause: error });
    }
    return replaceFile(join(this.dir, 'nginx.conf'), text);
  }

  private pid(): number | undefined {
    try {
      return Number(readFileSync(join(this.dir, 'nginx.pid'), 'utf8')) || undefined;
    } catch {
      return undefined;
    }
  }

  signal(name: NodeJS.Signals): boolean {
    const pid = this.pid();
    if (pid === undefined) return false;
    try {
      return process.kill(pid, name);
    } catch {
      return false;
    }
  }

  /** Sets a large access log aside; nginx reopens it on the signal. */
  rotateLog(): void {
    const path = join(this.dir, this.settings.accessLog);
    if (this.settings.accessLog === 'off' || !existsSync(path) || statSync(path).size < LOG_BYTES) return;
    renameSync(path, `${path}.1`);
    this.signal('SIGUSR1');
  }

  /** Runs nginx below this process, for containers. */
  spawn(): ChildProcess {
    const child = spawn(this.program, this.args('nginx.conf'), { cwd: this.dir, stdio: 'inherit' });
    log.info({ pid: child.pid, listen: this.settings.listen }, 'nginx started');
    return child;
  }
}

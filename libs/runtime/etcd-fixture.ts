import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const etcdIsInstalled = spawnSync('etcd', ['--version']).status === 0;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** An etcd of a spec's own, which may be stopped, frozen and robbed of its data. */
export class PrivateEtcd {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly client: string,
    private readonly peer: string,
  ) {}

  /** Starts one and makes it the one that ETCD_HOSTS names. */
  static async start(): Promise<PrivateEtcd> {
    const folder = await mkdtemp(join(tmpdir(), 'doul-etcd-'));
    const etcd = new PrivateEtcd(folder, `http://127.0.0.1:${await freePort()}`, `http://127.0.0.1:${await freePort()}`);
    process.env['ETCD_HOSTS'] = etcd.client;
    await etcd.start();
    return etcd;
  }

  async start(): Promise<void> {
    const flags = {
      'data-dir': join(this.folder, 'data'),
      'listen-client-urls': this.client,
      'advertise-client-urls': this.client,
      'listen-peer-urls': this.peer,
      'initial-advertise-peer-urls': this.peer,
      'initial-cluster': `default=${this.peer}`,
      'heartbeat-interval': '50',
      'election-timeout': '500',
      logger: 'zap',
      'log-level': 'error',
    };
    const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
    this.child = spawn('etcd', args, { stdio: 'ignore' });
    for (;;) {
      const health = await fetch(`${this.client}/health`).catch(() => undefined);
      if (health?.ok) return;
      await sleep(50);
    }
  }

  /** Kills it; its data stays. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    this.child = undefined;
  }

  async wipe(): Promise<void> {
    await rm(join(this.folder, 'data'), { recursive: true, force: true });
  }

  /** Keeps its connections open but answers nothing. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  async remove(): Promise<void> {
    this.thaw();
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

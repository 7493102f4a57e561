import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { freePort } from '../free-port.js';
import { eventually } from '../index.js';

export interface Instance {
  process: ChildProcess;
  /** Where its metrics and health are. */
  admin: number;
  /** Where an API layer answers, past nginx. */
  http: string;
}

/** Starts one more instance of a layer as an operator would: its main, the environment and what differs in it, nothing else. */
export async function startByHand(layer: string, variables: Readonly<Record<string, string>> = {}): Promise<Instance> {
  const [service, kind] = layer.split('-') as [string, string];
  const [admin, port] = [await freePort(), await freePort()];
  const main = resolve(process.env['DOUL_ROOT'] ?? '.', `dist/apps/${service}/${kind}/main.js`);
  const child = spawn(process.execPath, [main], {
    env: { ...process.env, ...variables, ADMIN_PORT: String(admin), HTTP_PORT: String(port), SERVICES: layer },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ready = eventually(
    async () => {
      const answer = await fetch(`http://127.0.0.1:${admin}/readyz`);
      if (!answer.ok) throw new Error('not ready');
    },
    { within: 45_000 },
  );
  await ready.catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  return { process: child, admin, http: `http://127.0.0.1:${port}` };
}

/** Ends an instance as an operator would; its exit code. */
export async function stopByHand({ process }: Instance): Promise<number | null> {
  const gone = new Promise<number | null>((done) => process.once('exit', done));
  process.kill('SIGTERM');
  return gone;
}

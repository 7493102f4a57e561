import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { etcd, log, runtimeConfig, validateConfig } from '@doul/runtime';
import { gatewayConfig, shared } from './gateway.config.js';
import { Nginx, replaceFile } from './nginx.js';
import { resolveNames } from './resolve.js';
import { parseRoutes, routesFrom, routesText, StickyRoutes, type Routes } from './routes.js';

/** How often names are resolved again, stale services dropped and a large log set aside, in ms. */
const TICK_MS = 5_000;

function settings(dir: string): ConstructorParameters<typeof Nginx>[1] {
  const config = gatewayConfig();
  return {
    dir,
    listen: config.GATEWAY_LISTEN,
    accessLog: config.GATEWAY_ACCESS_LOG,
    trustedProxies: config.GATEWAY_TRUSTED_PROXIES,
    rate: config.GATEWAY_RATE,
    maxInFlight: config.GATEWAY_MAX_IN_FLIGHT,
    modules: config.NGINX_MODULES,
    user: config.NGINX_USER,
    publishMaxBytes: config.PUBLISH_MAX_BYTES,
    ...shared,
  };
}

/** Keeps the file of routes equal to etcd. While etcd is away, and after a restart, the file stands as it is. */
async function keepRoutes(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, 'routes.txt');
  const sticky = new StickyRoutes(existsSync(path) ? parseRoutes(readFileSync(path, 'utf8')) : undefined);
  let latest: Routes | undefined;
  let writing = Promise.resolve();
  const write = (): Promise<void> => {
    writing = writing.then(async () => {
      if (!latest) return;
      const routes = await resolveNames(sticky.next(latest));
      if (replaceFile(path, routesText(routes))) log.info({ instances: Object.fromEntries(routes.peers) }, 'routes changed');
    });
    return writing;
  };
  (await etcd()).watch('services/', (entries) => {
    latest = routesFrom(entries);
    write().catch((error: unknown) => log.error({ err: error }, 'the routes could not be written'));
  });
  return write;
}

function followNginx(nginx: Nginx): void {
  const child = nginx.spawn();
  const stop = (): void => void child.kill('SIGQUIT');
  process.once('SIGTERM', stop).once('SIGINT', stop);
  child.once('exit', (code) => process.exit(code ?? 1));
  child.once('error', (error) => {
    log.fatal({ err: error }, 'nginx could not be started');
    process.exit(1);
  });
}

async function start(): Promise<void> {
  runtimeConfig();
  validateConfig();
  const dir = resolve(gatewayConfig().GATEWAY_DIR);
  mkdirSync(dir, { recursive: true });
  const nginx = new Nginx(gatewayConfig().NGINX_PATH, settings(dir));
  const changed = await nginx.configure();
  const write = await keepRoutes(dir);
  setInterval(() => {
    write().catch((error: unknown) => log.error({ err: error }, 'the routes could not be written'));
    nginx.rotateLog();
  }, TICK_MS);
  if (process.argv.includes('--spawn')) followNginx(nginx);
  else if (changed && nginx.signal('SIGHUP')) log.info('nginx reads its changed configuration');
  writeFileSync(join(dir, 'gateway.pid'), `${process.pid}\n`);
  log.info({ dir }, 'gateway keeps the routes');
}

if (!process.argv.includes('--spawn')) {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
}
start().catch((error: unknown) => {
  log.fatal({ err: error }, error instanceof Error ? error.message : 'could not start');
  process.exit(1);
});

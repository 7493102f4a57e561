import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { firstOnPath, RABBITMQ_SERVER } from './binaries.js';
import { findJava } from './java.js';
import { isRoot } from './layout.js';
import { runQuiet } from './run.js';
import { elasticsearchInstalled } from './servers/elasticsearch.js';
import { Problem } from './ui.js';

/** What must be there for each server, and the Debian and Ubuntu packages that bring it. */
const NEEDS = [
  { server: 'etcd', packages: ['etcd-server'], there: () => firstOnPath('etcd') },
  { server: 'mysql', packages: ['mariadb-server'], there: () => firstOnPath('mariadbd') && firstOnPath('mariadb-install-db') },
  { server: 'redis', packages: ['redis-server'], there: () => firstOnPath('redis-server') },
  { server: 'rabbitmq', packages: ['rabbitmq-server'], there: () => existsSync(RABBITMQ_SERVER) },
  { server: 'nginx', packages: ['nginx'], there: () => firstOnPath('nginx') },
  { server: 'nginx', packages: ['libnginx-mod-http-lua'], there: () => existsSync('/usr/lib/nginx/modules/ngx_http_lua_module.so') },
  { server: 'ffmpeg', packages: ['ffmpeg'], there: () => firstOnPath('ffmpeg') && firstOnPath('ffprobe') },
  { server: 'elasticsearch', packages: ['default-jre-headless'], there: () => findJava() },
  { server: 'elasticsearch', packages: ['maven'], there: () => elasticsearchInstalled() || firstOnPath('mvn') },
  { server: 'elasticsearch', packages: ['unzip'], there: () => elasticsearchInstalled() || firstOnPath('unzip') },
];

/** What only `bench` needs. */
const GENERATOR = { packages: ['wrk'], there: () => firstOnPath('wrk') };

/**
 * Packages whose programs are missing, but for servers that run elsewhere.
 * @param {string[]} elsewhere
 */
export const missingDebs = (elsewhere) =>
  NEEDS.filter(({ server, there }) => !elsewhere.includes(server) && !there()).flatMap(({ packages }) => packages);

/** @param {string[]} packages */
export const aptCommand = (packages) => `apt-get install -y --no-install-recommends ${packages.join(' ')}`;

const POLICY = '/usr/sbin/policy-rc.d';

/**
 * Keeps freshly installed services from being started on their default ports. A policy that is already there stays.
 * @template T
 * @param {() => Promise<T>} work
 */
async function withoutServiceStarts(work) {
  const own = !existsSync(POLICY);
  if (own) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    return await work();
  } finally {
    if (own) rmSync(POLICY, { force: true });
  }
}

/**
 * Installs packages in one apt call.
 * @param {string[]} missing
 * @returns {Promise<string>}
 */
async function install(missing) {
  if (missing.length === 0) return 'all there';
  if (!firstOnPath('apt-get'))
    throw new Problem(
      `These are missing: ${missing.join(', ')} (names of Debian packages). Install them, or name the servers by environment variables.`,
    );
  if (!isRoot)
    throw new Problem(
      `Some programs are missing, and only root can install them. Run this, then the same command again:\n\n  sudo ${aptCommand(missing)}`,
    );
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runQuiet('apt-get', ['update', '-q'], { env });
  const options = ['-o', 'DPkg::Lock::Timeout=300', 'install', '-y', '-q', '--no-install-recommends'];
  await withoutServiceStarts(() => runQuiet('apt-get', [...options, ...missing], { env }));
  return `installed ${missing.join(' ')}`;
}

/**
 * Installs what is missing of the servers.
 * @param {string[]} elsewhere servers that run elsewhere
 */
export const installServers = (elsewhere) => install(missingDebs(elsewhere));

/** Installs the load generator. */
/** What only the end-to-end tests need: a browser that plays videos. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
export const installBrowser = () => install(BROWSERS.some((name) => firstOnPath(name)) ? [] : ['chromium']);

export const installGenerator = () => install(GENERATOR.there() ? [] : GENERATOR.packages);

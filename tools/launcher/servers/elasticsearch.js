import { chownSync, copyFileSync, existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { CACHE, reachableByAll, writeFile } from '../layout.js';
import { firstOnPath } from '../binaries.js';
import { httpAnswers } from '../probes.js';
import { folder, isRoot, join, serverBasics } from './spec.js';
import { findJava } from '../java.js';

export const ELASTICSEARCH_VERSION = '8.19.8';
export const ELASTICSEARCH_HOME = join(CACHE, `elasticsearch-${ELASTICSEARCH_VERSION}`);
export const elasticsearchInstalled = () => existsSync(join(ELASTICSEARCH_HOME, 'bin', 'elasticsearch'));

/** Elasticsearch refuses to run as root; this is Debian's user that owns nothing. */
const NOBODY = 65_534;

/**
 * @param {import('../profile.js').Profile} profile
 * @param {string} dir
 */
const config = ({ ports, name }, dir) => `cluster.name: doul-${name}
node.name: doul
discovery.type: single-node
network.host: 127.0.0.1
http.port: ${ports.elasticsearch}
transport.port: ${ports.elasticsearchPeer}
xpack.security.enabled: false
path.data: ${JSON.stringify(join(dir, 'data'))}
path.logs: ${JSON.stringify(join(dir, 'logs'))}
cluster.routing.allocation.disk.threshold_enabled: false
`;

/** @param {import('../profile.js').Profile} profile @param {string} dir */
function prepare(profile, dir) {
  const conf = folder(dir, 'config');
  writeFile(join(conf, 'elasticsearch.yml'), config(profile, dir));
  for (const file of ['jvm.options', 'log4j2.properties']) {
    if (!existsSync(join(conf, file))) copyFileSync(join(ELASTICSEARCH_HOME, 'config', file), join(conf, file));
  }
  for (const name of ['data', 'logs', 'tmp', 'config/jvm.options.d']) folder(dir, name);
  if (isRoot) chownTree(dir);
}

/** @param {string} path */
function chownTree(path) {
  chownSync(path, NOBODY, NOBODY);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) chownTree(join(path, entry.name));
    else chownSync(join(path, entry.name), NOBODY, NOBODY);
  }
}

/**
 * As root it runs as nobody; below a directory that nobody may not enter it keeps the one right to pass through.
 * @param {string} program
 * @param {string} dir
 * @returns {Pick<import('./spec.js').Spec, 'command' | 'args' | 'uid' | 'gid'>}
 */
function commandFor(program, dir) {
  if (!isRoot) return { command: program, args: [] };
  if (reachableByAll(dirname(dir))) return { command: program, args: [], uid: NOBODY, gid: NOBODY };
  const ids = [
    `--reuid=${NOBODY}`,
    `--regid=${NOBODY}`,
    '--clear-groups',
    '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
  ];
  return { command: firstOnPath('setpriv') ?? 'setpriv', args: [...ids, program] };
}

/**
 * @param {import('../profile.js').Profile} profile
 * @returns {import('./spec.js').Spec}
 */
export function elasticsearch(profile) {
  const basics = serverBasics(profile, 'elasticsearch');
  const dir = basics.cwd;
  const heap = profile.name === 'test' ? '-Xms256m -Xmx384m' : '-Xms384m -Xmx512m';
  return {
    ...basics,
    ...commandFor(join(ELASTICSEARCH_HOME, 'bin', 'elasticsearch'), dir),
    env: {
      ...basics.env,
      HOME: dir,
      ES_JAVA_HOME: findJava()?.home ?? '',
      ES_PATH_CONF: join(dir, 'config'),
      ES_TMPDIR: join(dir, 'tmp'),
      // The second compiler would take a core for minutes, in which a fresh system is slower than it ever is without it.
      ES_JAVA_OPTS: `${heap} -XX:TieredStopAtLevel=1`,
      // Performance data would be files in /tmp.
      JDK_JAVA_OPTIONS: '-XX:-UsePerfData',
      CLI_JAVA_OPTS: '-Xms4m -Xmx64m -XX:+UseSerialGC',
    },
    port: profile.ports.elasticsearch,
    prepare: () => prepare(profile, dir),
    ready: () => httpAnswers(`http://127.0.0.1:${profile.ports.elasticsearch}/_cluster/health`),
    readyMs: 300_000,
    stopMs: 20_000,
  };
}

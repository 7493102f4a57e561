import { existsSync, statfsSync, statSync } from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { ask } from './control.js';
import { missingPackages } from './fresh.js';
import { findJava } from './java.js';
import { HOME, isRoot, ROOT } from './layout.js';
import { aptCommand, missingDebs } from './packages.js';
import { isFree } from './ports.js';
import { processesOf } from './procs.js';
import { externalServers, loadProfile, overridesIn } from './profile.js';
import { elasticsearchInstalled } from './servers/elasticsearch.js';
import { frontDoorAnswers } from './servers/edge.js';
import { dim, green, mebibytes, red, say } from './ui.js';

/** @typedef {{ what: string, ok: boolean, found: string, fix?: string, optional?: boolean }} Finding */

/** What a full set of processes needs, in bytes, and what servers, builds and the demo set take on disk. */
const NEEDED = { memory: 3 * 1024 ** 3, disk: 3 * 1024 ** 3 };

/** @param {import('./profile.js').Profile} profile @returns {Finding[]} */
function machine(profile) {
  const elsewhere = externalServers({ ...profile, run: { ...profile.run, overrides: overridesIn(process.env) } });
  const missing = missingDebs(elsewhere);
  const packages = missingPackages();
  const disk = statfsSync(ROOT);
  const space = disk.bavail * disk.bsize;
  const search = elsewhere.includes('elasticsearch') || (elasticsearchInstalled() && findJava() !== undefined);
  return [
    { what: 'Node 20.19 or newer', ok: true, found: process.versions.node },
    {
      what: 'npm packages',
      ok: packages.length === 0,
      found: packages.length === 0 ? 'as in the lock file' : `${packages.length} missing or of another version`,
      fix: 'npm ci',
    },
    {
      what: 'servers and ffmpeg',
      ok: missing.length === 0,
      found: missing.length === 0 ? 'installed' : `missing: ${missing.join(', ')}`,
      fix: isRoot ? './doul up' : `sudo ${aptCommand(missing)}`,
    },
    {
      what: 'Elasticsearch',
      ok: search,
      found: search ? 'there' : 'not there; MySQL does the searching',
      fix: './doul up',
      optional: true,
    },
    { what: 'free memory', ok: freemem() > NEEDED.memory, found: mebibytes(freemem()), fix: './doul up --all-in-one', optional: true },
    { what: 'free disk', ok: space > NEEDED.disk, found: mebibytes(space), fix: `du -sh ${HOME}/*` },
  ];
}

/** @returns {Finding[]} */
function secrets() {
  const path = join(HOME, 'secrets.json');
  if (!existsSync(path)) return [];
  const open = (statSync(path).mode & 0o077) !== 0;
  return [{ what: 'secrets are private', ok: !open, found: open ? 'others can read them' : 'mode 0600', fix: `chmod 600 ${path}` }];
}

/** @param {import('./profile.js').Profile} profile @returns {Promise<Finding[]>} */
async function stopped(profile) {
  const left = processesOf(profile.name, profile.dir);
  const taken = [];
  for (const [name, port] of Object.entries(profile.ports)) if (left.length === 0 && !(await isFree(port))) taken.push(`${name} ${port}`);
  return [
    { what: 'no process is left over', ok: left.length === 0, found: `${left.length} without a supervisor`, fix: './doul down' },
    {
      what: 'ports are free',
      ok: taken.length === 0,
      found: taken.length === 0 ? 'yes' : `taken: ${taken.join(', ')}; up chooses others`,
      fix: './doul up',
      optional: true,
    },
  ];
}

/** @param {import('./profile.js').Profile} profile @param {import('./control.js').Answer} answer @returns {Promise<Finding[]>} */
async function running(profile, answer) {
  const rows = /** @type {import('./supervisor.js').Row[]} */ (answer['units']);
  const bad = rows.filter((row) => row.wanted && row.state !== 'ready');
  const crashed = rows.filter((row) => row.restarts > 0);
  /** @type {Finding[]} */
  const findings = bad.map((row) => ({ what: row.name, ok: false, found: row.state, fix: `./doul logs ${row.name}` }));
  findings.push(
    ...crashed.map((row) => ({
      what: row.name,
      ok: false,
      found: `restarted ${row.restarts} times`,
      fix: `./doul logs ${row.name}`,
      optional: true,
    })),
  );
  if (bad.length === 0) findings.push({ what: 'processes', ok: true, found: `${rows.length} ready` });
  if (rows.some((row) => row.kind === 'layer')) {
    const answers = await frontDoorAnswers(profile);
    findings.push({ what: 'nginx answers', ok: answers, found: answers ? `port ${profile.ports.nginx}` : 'no', fix: './doul logs nginx' });
  }
  return findings;
}

/**
 * Says what is missing or wrong, and the command that mends it.
 * @param {string} name
 * @returns {Promise<number>} 1 when something is wrong
 */
export async function doctor(name) {
  const profile = await loadProfile(name);
  const answer = await ask(profile.dir, { command: 'status' });
  const findings = [...machine(profile), ...secrets(), ...(answer ? await running(profile, answer) : await stopped(profile))];
  for (const { what, ok, found, fix, optional } of findings) {
    const mark = ok ? green('✓') : optional ? dim('!') : red('✗');
    say(`${mark} ${what.padEnd(26)} ${found}${ok || !fix ? '' : `   → ${fix}`}`);
  }
  return findings.some(({ ok, optional }) => !ok && !optional) ? 1 : 0;
}

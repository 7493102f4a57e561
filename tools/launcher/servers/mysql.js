import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { totalmem } from 'node:os';
import { firstOnPath } from '../binaries.js';
import { writeFile } from '../layout.js';
import { tcpAnswers } from '../probes.js';
import { isRoot, join, serverBasics, serverEnv } from './spec.js';

const MB = 1 << 20;

/**
 * Memory for pages of tables, in MB, used as tables grow: where they outgrow it, the sink of likes waits for the disk and falls behind.
 * @param {string} profile
 */
function bufferPoolMb(profile) {
  if (profile === 'test') return 96;
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity);
  return Math.min(Math.max(Math.floor(memory / 16 / MB), 256), 1_024);
}

/**
 * Every acknowledged write survives a crash: the log is flushed at each commit. The socket is relative to the data
 * directory, since a socket's full path may be 107 bytes long at most.
 * @param {import('../profile.js').Profile} profile
 * @param {string} dir
 */
const config = ({ ports, name }, dir) => `[mariadbd]
${isRoot ? 'user=root\n' : ''}datadir=${dir}/data
socket=mysql.sock
pid-file=mysql.pid
tmpdir=${dir}
port=${ports.mysql}
bind-address=127.0.0.1
skip-name-resolve
character-set-server=utf8mb4
collation-server=utf8mb4_unicode_ci
max-connections=600
innodb-flush-log-at-trx-commit=1
innodb-buffer-pool-size=${bufferPoolMb(name)}M
innodb-log-file-size=96M
max-allowed-packet=64M
init-file=${dir}/init.sql
`;

/** @param {import('../profile.js').Profile} profile */
const accounts = ({ secrets }) => `CREATE USER IF NOT EXISTS 'doul'@'%' IDENTIFIED BY '${secrets.mysql}';
ALTER USER 'doul'@'%' IDENTIFIED BY '${secrets.mysql}';
GRANT ALL PRIVILEGES ON *.* TO 'doul'@'%' WITH GRANT OPTION;
ALTER USER 'root'@'localhost' IDENTIFIED BY '${secrets.mysql}';
DELETE FROM mysql.global_priv WHERE User='root' AND Host<>'localhost';
DELETE FROM mysql.global_priv WHERE User='';
FLUSH PRIVILEGES;
`;

/**
 * @param {string} dir
 * @returns {Promise<void>}
 */
function createData(dir) {
  const args = [`--defaults-file=${dir}/my.cnf`, '--auth-root-authentication-method=normal', '--skip-test-db'];
  return new Promise((done, failed) => {
    const child = spawn(firstOnPath('mariadb-install-db') ?? 'mariadb-install-db', isRoot ? [...args, '--user=root'] : args, {
      cwd: dir,
      env: serverEnv(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (data) => (said += data));
    child.once('error', failed);
    child.once('exit', (code) => (code === 0 ? done() : failed(new Error(`mariadb-install-db failed: ${said.slice(-2_000)}`))));
  });
}

/**
 * @param {import('../profile.js').Profile} profile
 * @returns {import('./spec.js').Spec}
 */
export function mysql(profile) {
  const basics = serverBasics(profile, 'mysql');
  const dir = basics.cwd;
  const done = join(dir, 'created');
  return {
    ...basics,
    command: firstOnPath('mariadbd') ?? 'mariadbd',
    args: [`--defaults-file=${dir}/my.cnf`],
    port: profile.ports.mysql,
    prepare: async () => {
      writeFile(join(dir, 'my.cnf'), config(profile, dir));
      writeFile(join(dir, 'init.sql'), accounts(profile), 0o600);
      if (existsSync(done)) return;
      rmSync(join(dir, 'data'), { recursive: true, force: true });
      await createData(dir);
      writeFile(done, '');
    },
    ready: () => tcpAnswers(profile.ports.mysql, { greeting: true }),
    stopMs: 30_000,
  };
}

import { spawn } from 'node:child_process';
import { firstOnPath, RABBITMQ_SERVER } from '../binaries.js';
import { writeFile } from '../layout.js';
import { tcpAnswers } from '../probes.js';
import { folder, join, serverBasics } from './spec.js';

/** @param {import('../profile.js').Profile} profile */
const config = ({ ports, secrets }) => `listeners.tcp.default = 127.0.0.1:${ports.rabbitmq}
loopback_users = none
default_user = doul
default_pass = ${secrets.rabbitmq}
disk_free_limit.absolute = 50MB
vm_memory_high_watermark.absolute = 512MB
`;

/**
 * The node name does not depend on the host name, and epmd, cookie and files are private, so that two checkouts run side by side.
 * @param {import('../profile.js').Profile} profile
 * @param {string} dir
 */
const settings = ({ ports }, dir) => ({
  HOME: dir,
  RABBITMQ_NODENAME: 'doul@localhost',
  RABBITMQ_CONF_ENV_FILE: join(dir, 'none'),
  RABBITMQ_CONFIG_FILE: join(dir, 'rabbitmq.conf'),
  RABBITMQ_ENABLED_PLUGINS_FILE: join(dir, 'enabled_plugins'),
  RABBITMQ_MNESIA_BASE: join(dir, 'mnesia'),
  RABBITMQ_LOG_BASE: join(dir, 'log'),
  RABBITMQ_LOGS: '-',
  RABBITMQ_PID_FILE: join(dir, 'rabbitmq.pid'),
  RABBITMQ_DIST_PORT: String(ports.rabbitmqDist),
  RABBITMQ_CTL_DIST_PORT_MIN: String(ports.rabbitmqCtl),
  RABBITMQ_CTL_DIST_PORT_MAX: String(ports.rabbitmqCtl),
  ERL_EPMD_PORT: String(ports.epmd),
  ERL_EPMD_ADDRESS: '127.0.0.1',
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}',
  // Makes the start script replace itself by the broker instead of waiting beside it.
  RUNNING_UNDER_SYSTEMD: 'true',
});

/**
 * epmd puts itself into the background and outlives the broker.
 * @param {import('../profile.js').Profile} profile
 * @returns {Promise<void>}
 */
const endEpmd = ({ ports }) =>
  new Promise((done) => {
    const child = spawn(firstOnPath('epmd') ?? 'epmd', ['-port', String(ports.epmd), '-kill'], {
      stdio: 'ignore',
      env: { ...process.env, ERL_EPMD_ADDRESS: '127.0.0.1' },
    });
    child.once('error', () => done());
    child.once('exit', () => done());
  });

/**
 * @param {import('../profile.js').Profile} profile
 * @returns {import('./spec.js').Spec}
 */
export function rabbitmq(profile) {
  const basics = serverBasics(profile, 'rabbitmq');
  const dir = basics.cwd;
  return {
    ...basics,
    command: RABBITMQ_SERVER,
    args: [],
    env: { ...basics.env, ...settings(profile, dir) },
    port: profile.ports.rabbitmq,
    prepare: () => {
      folder(dir, 'mnesia');
      writeFile(join(dir, 'rabbitmq.conf'), config(profile), 0o600);
      writeFile(join(dir, 'enabled_plugins'), '[].\n');
    },
    ready: () => tcpAnswers(profile.ports.rabbitmq, { send: 'AMQP\0\0\x09\x01', expect: /RabbitMQ/ }),
    readyMs: 90_000,
    afterStop: () => endEpmd(profile),
  };
}

import { firstOnPath } from '../binaries.js';
import { httpAnswers } from '../probes.js';
import { join, serverBasics } from './spec.js';

/**
 * @param {import('../profile.js').Profile} profile
 * @returns {import('./spec.js').Spec}
 */
export function etcd(profile) {
  const basics = serverBasics(profile, 'etcd');
  const client = `http://127.0.0.1:${profile.ports.etcd}`;
  const peer = `http://127.0.0.1:${profile.ports.etcdPeer}`;
  const flags = {
    name: 'doul',
    'data-dir': join(basics.cwd, 'data'),
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `doul=${peer}`,
    'heartbeat-interval': '50',
    'election-timeout': '500',
    'auto-compaction-retention': '1',
    logger: 'zap',
    'log-level': 'warn',
  };
  return {
    ...basics,
    command: firstOnPath('etcd') ?? 'etcd',
    args: Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]),
    port: profile.ports.etcd,
    ready: () => httpAnswers(`${client}/health`),
  };
}

import { defineConfig, env } from './config.js';
import { LOG_LEVELS } from './log.js';

export const runtimeConfig = defineConfig('runtime', {
  NODE_ENV: { schema: env.oneOf(['development', 'production', 'test']), default: 'development', doc: 'development, production or test' },
  SERVICES: {
    schema: env.list(),
    default: 'all',
    doc: 'Layers that apps/main runs: a comma-separated list such as video-api,video-rpc, or all',
  },
  LOG_LEVEL: {
    schema: env.oneOf(LOG_LEVELS),
    default: 'info',
    doc: 'Least severe log line that is written',
  },
  BIND_ADDRESS: { schema: env.text(), default: '127.0.0.1', doc: 'Address every port of the process listens on' },
  ADVERTISE_HOST: {
    schema: env.text(),
    default: '',
    doc: 'Host name or address that others reach this process by; empty = BIND_ADDRESS, or the host name when that is 0.0.0.0',
  },
  ADMIN_PORT: { schema: env.int(0, 65_535), default: '0', doc: 'Port of /metrics, /healthz and /readyz; 0 = any free one. Never public' },
  ETCD_HOSTS: {
    schema: env.list().refine((hosts) => hosts.length > 0, 'names no host'),
    devDefault: 'http://127.0.0.1:2379',
    doc: 'etcd addresses, comma-separated',
  },
  ETCD_NAMESPACE: { schema: env.text(), default: 'doul', doc: 'First segment of every etcd key' },
  DRAIN_MS: {
    schema: env.int(0, 8_000),
    default: '1500',
    doc: 'How long a stopping process still serves after it has left the service list, in ms',
  },
});

export { ConfigError, configSlices, defineConfig, env, validateConfig, type ConfigOf, type ConfigShape, type ConfigVar } from './config.js';
export {
  contextFields,
  countCall,
  currentContext,
  newContext,
  newTraceparent,
  runInContext,
  withDeadline,
  type CallCounts,
  type RequestContext,
} from './context.js';
export { EtcdClient, etcd } from './etcd-client.js';
export { holdLease } from './etcd-lease.js';
export { register, type Registration } from './etcd-register.js';
export type { EtcdEntries } from './etcd-watch.js';
export { addReadyCheck, advertisedHost, isStopping, unreadyReasons, type ReadyCheck } from './health.js';
export type { Layer, Running, StartedTransport, Transport } from './layer.js';
export { NestLog, childLog, log, type Logger } from './log.js';
export { metrics } from './metrics.js';
export { disposeResources, resource } from './resource.js';
export { Rounds } from './rounds.js';
export { runtimeConfig } from './runtime.config.js';
export { main, serve } from './serve.js';
export { workerLayer } from './worker.js';

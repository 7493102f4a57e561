import { defineConfig, env } from '@doul/runtime';

export const rpcConfig = defineConfig('rpc', {
  RPC_PORT: { schema: env.int(0, 65_535), default: '0', doc: 'Port of the gRPC server; 0 = any free one' },
  RPC_DEADLINE_MS: {
    schema: env.int(50, 60_000),
    default: '2000',
    doc: 'How long an RPC may take when its caller names no deadline, in ms',
  },
  RPC_MAX_IN_FLIGHT: {
    schema: env.int(1, 100_000),
    default: '1024',
    doc: 'Calls of other processes that one process answers at a time; more fail at once as UNAVAILABLE',
  },
  RPC_BATCH_WINDOW_MS: {
    schema: env.int(0, 20),
    default: '3',
    doc: 'How long a question of a batched method waits for others, in ms; 0 = until the end of the turn of the event loop',
  },
  RPC_IN_PROCESS: {
    schema: env.flag(),
    default: 'on',
    doc: 'Whether a service mounted in the same process is called directly; off = always over gRPC',
  },
});

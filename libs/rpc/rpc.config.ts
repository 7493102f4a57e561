import { defineConfig, env } from '@doul/runtime';

export const rpcConfig = defineConfig('rpc', {
  RPC_PORT: { schema: env.int(0, 65_535), default: '0', doc: 'Port of the gRPC server; 0 = any free one' },
  RPC_DEADLINE_MS: {
    schema: env.int(50, 60_000),
    default: '2000',
    doc: 'How long an RPC may take when its caller names no deadline, in ms',
  },
  RPC_BATCH_WINDOW_MS: {
    schema: env.int(0, 20),
    default: '0',
    doc: 'How long a question of a batched method waits for others, in ms; 0 = until the end of the turn of the event loop',
  },
  RPC_IN_PROCESS: {
    schema: env.flag(),
    default: 'on',
    doc: 'Whether a service mounted in the same process is called directly; off = always over gRPC',
  },
});

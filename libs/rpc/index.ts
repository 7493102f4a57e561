export { answerEach, type Answered } from './ask.js';
export { rpcClient, type CallOptions, type RpcClient } from './client.js';
export { RpcController } from './controller.js';
export type { RequestOf, ResponseOf, RpcDefinition, RpcMethod } from './definition.js';
export type { RpcContext, RpcHandlers } from './handlers.js';
export { instanceClient } from './instance-client.js';
export { InjectRpc, RpcModule } from './module.js';
export { rpcConfig } from './rpc.config.js';
export { rpcLayer } from './server.js';

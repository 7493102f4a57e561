import { log, main, runtimeConfig, type Layer } from '@doul/runtime';

/** Every layer by name. Loaded only when a process runs it, so a process pays for nothing else. */
const layers: Record<string, () => Promise<Layer>> = {
  'usercenter-rpc': async () => (await import('./usercenter/rpc/usercenter-rpc.module.js')).usercenterRpc,
  'usercenter-api': async () => (await import('./usercenter/api/usercenter-api.module.js')).usercenterApi,
  'friend-rpc': async () => (await import('./friend/rpc/friend-rpc.module.js')).friendRpc,
  'friend-api': async () => (await import('./friend/api/friend-api.module.js')).friendApi,
  'video-rpc': async () => (await import('./video/rpc/video-rpc.module.js')).videoRpc,
  'video-worker': async () => (await import('./video/worker/video-worker.module.js')).videoWorker,
  'video-api': async () => (await import('./video/api/video-api.module.js')).videoApi,
  'comment-rpc': async () => (await import('./comment/rpc/comment-rpc.module.js')).commentRpc,
  'comment-api': async () => (await import('./comment/api/comment-api.module.js')).commentApi,
  'chat-rpc': async () => (await import('./chat/rpc/chat-rpc.module.js')).chatRpc,
  'chat-api': async () => (await import('./chat/api/chat-api.module.js')).chatApi,
  'search-worker': async () => (await import('./search/worker/search-worker.module.js')).searchWorker,
  'search-api': async () => (await import('./search/api/search-api.module.js')).searchApi,
};

const wanted = runtimeConfig().SERVICES;
const names = wanted.includes('all') ? Object.keys(layers) : wanted;
const unknown = names.filter((name) => !(name in layers));
if (unknown.length > 0) {
  log.fatal({ unknown, known: Object.keys(layers) }, 'SERVICES names layers that do not exist');
  process.exit(1);
}
main(...(await Promise.all(names.flatMap((name) => layers[name]?.() ?? []))));

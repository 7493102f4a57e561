import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './layout.js';

/** In the order in which a rolling restart goes: who is called first. */
export const LAYERS = [
  'usercenter-rpc',
  'friend-rpc',
  'video-rpc',
  'comment-rpc',
  'chat-rpc',
  'video-worker',
  'search-worker',
  'usercenter-api',
  'friend-api',
  'video-api',
  'comment-api',
  'chat-api',
  'search-api',
];

/** The name of the one process of `--all-in-one`. */
export const ALL = 'all';

/**
 * Most of what a process keeps, in MB: far more than its caches and all that it may have in flight. On a machine with much memory V8 otherwise lets
 * garbage grow to three times of what is kept before it looks for it.
 */
const MOST_MB = { layer: 384, all: 1_024 };

/** @param {string} layer */
function mainOf(layer) {
  if (layer === ALL) return join(ROOT, 'dist/apps/main.js');
  const [service = '', kind = ''] = layer.split('-');
  return join(ROOT, 'dist/apps', service, kind, 'main.js');
}

/** @param {string} layer */
export const layerBuilt = (layer) => existsSync(mainOf(layer));

/**
 * @param {string} name a layer, or `all`
 * @param {Record<string, string>} variables
 * @param {import('./registry.js').Registry} registry
 * @returns {import('./servers/spec.js').Spec}
 */
export const layerSpec = (name, variables, registry) => ({
  name,
  kind: 'layer',
  needs: [],
  command: process.execPath,
  args: [`--max-old-space-size=${name === ALL ? MOST_MB.all : MOST_MB.layer}`, mainOf(name)],
  cwd: ROOT,
  env: { .../** @type {Record<string, string>} */ (process.env), ...variables, SERVICES: name },
  ready: async (pid) => {
    const found = await registry.ofPid(pid);
    return name === ALL ? LAYERS.filter(layerBuilt).every((layer) => found.some((entry) => entry.layer === layer)) : found.length > 0;
  },
  readyMs: 120_000,
  stopSignal: 'SIGTERM',
  // The layer cuts its own stop at 10 s.
  stopMs: 12_000,
});

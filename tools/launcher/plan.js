import { environment } from './environment.js';
import { ALL, LAYERS, layerBuilt, layerSpec } from './layers.js';
import { externalServers } from './profile.js';
import { Registry } from './registry.js';
import { gateway, nginx } from './servers/edge.js';
import { elasticsearch, elasticsearchInstalled } from './servers/elasticsearch.js';
import { etcd } from './servers/etcd.js';
import { mysql } from './servers/mysql.js';
import { oss } from './servers/oss.js';
import { rabbitmq } from './servers/rabbitmq.js';
import { redis } from './servers/redis.js';

export const SERVERS = ['mysql', 'redis', 'etcd', 'rabbitmq', 'elasticsearch', 'oss', 'gateway', 'nginx'];

/** @param {import('./profile.js').Profile} profile @returns {import('./servers/spec.js').Spec[]} */
function serverSpecs(profile) {
  const external = /** @type {string[]} */ (externalServers(profile));
  const makers = { mysql, redis, etcd, rabbitmq, elasticsearch, oss, gateway, nginx };
  const wanted = Object.entries(makers).filter(([name]) => !external.includes(name));
  const search = profile.run.elasticsearch && elasticsearchInstalled();
  return wanted.flatMap(([name, make]) => (name === 'elasticsearch' && !search ? [] : (make(profile) ?? [])));
}

/**
 * Every process of a profile in its present mode.
 * @param {import('./profile.js').Profile} profile
 * @returns {{ specs: import('./servers/spec.js').Spec[], registry: Registry }}
 */
export function plan(profile) {
  const variables = environment(profile);
  const registry = new Registry(variables['ETCD_HOSTS'] ?? '', variables['ETCD_NAMESPACE'] ?? 'doul');
  const names = profile.run.mode === 'all-in-one' ? [ALL] : profile.run.mode === 'servers-only' ? [] : LAYERS;
  const layers = names.filter(layerBuilt).map((name) => layerSpec(name, variables, registry));
  return { specs: [...serverSpecs(profile), ...layers], registry };
}

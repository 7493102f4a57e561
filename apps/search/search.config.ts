import { defineConfig, env } from '@doul/runtime';
import { z } from 'zod';

export const searchConfig = defineConfig('search', {
  ELASTICSEARCH_URL: {
    schema: z.union([z.literal(''), env.url()]),
    default: '',
    secret: true,
    doc: 'Elasticsearch 8 node or load balancer, http://user:password@host:port; empty = search is served from MySQL',
  },
  SEARCH_INDEX_PREFIX: {
    schema: z.string().regex(/^[a-z][a-z0-9-]*$/),
    default: 'doul',
    doc: 'First part of the names of Elasticsearch indexes and aliases',
  },
  SEARCH_FILL: {
    schema: env.flag(),
    default: 'on',
    doc: 'Whether the worker fills an index that is new, or whose filling was interrupted, at start; off = that is left to ./doul reindex',
  },
  SEARCH_SHARDS: { schema: env.int(1, 64), default: '1', doc: 'Primary shards of an index that is created from now on' },
});

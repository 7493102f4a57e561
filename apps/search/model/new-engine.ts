import { Database } from '@doul/data';
import { resource } from '@doul/runtime';
import { searchConfig } from '../search.config.js';
import { ElasticEngine } from './elastic/elastic-engine.js';
import { newElasticClient } from './elastic/elastic-client.js';
import { Indexes } from './elastic/indexes.js';
import { migrations, schema } from './migrations/index.js';
import { MysqlEngine } from './mysql/mysql-engine.js';
import type { SearchEngine } from './search-engine.js';

function newEngine(): SearchEngine {
  const { ELASTICSEARCH_URL, SEARCH_INDEX_PREFIX, SEARCH_SHARDS } = searchConfig();
  if (ELASTICSEARCH_URL === '') return new MysqlEngine(new Database(schema, { migrations }));
  const client = newElasticClient(ELASTICSEARCH_URL);
  return new ElasticEngine(client, new Indexes(client, SEARCH_INDEX_PREFIX, SEARCH_SHARDS));
}

/** The process's search engine: Elasticsearch where one is configured, else MySQL. Connects on first use. */
export const searchEngine = (): Promise<SearchEngine> => resource('search-engine', newEngine, (engine) => engine.close());

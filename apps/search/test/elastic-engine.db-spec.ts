import { afterAll, describe } from 'vitest';
import { newElasticClient } from '../model/elastic/elastic-client.js';
import { ElasticEngine } from '../model/elastic/elastic-engine.js';
import { Indexes } from '../model/elastic/indexes.js';
import { describeEngine } from './engine-behaviour.js';

const URL = process.env['ELASTICSEARCH_URL'] ?? '';
const PREFIX = `doul-t${process.pid}`;

describe.skipIf(URL === '')('the Elasticsearch engine', () => {
  const client = newElasticClient(URL === '' ? 'http://127.0.0.1:9200' : URL);
  const engine = new ElasticEngine(client, new Indexes(client, PREFIX, 1));

  const indexNames = async (): Promise<string[]> =>
    Object.keys(await client.indices.getAlias({ name: `${PREFIX}-*` }, { ignore: [404] })).filter((name) => name.startsWith(PREFIX));
  const dropAll = async (): Promise<void> => {
    const names = await indexNames();
    if (names.length > 0) await client.indices.delete({ index: names });
  };

  afterAll(async () => {
    await dropAll();
    await client.close();
  });

  describeEngine({
    engine: () => engine,
    reset: async () => {
      await dropAll();
      await engine.ensure();
    },
    settle: async () => void (await client.indices.refresh({ index: `${PREFIX}-videos,${PREFIX}-users` })),
    hasUnfinished: async () => (await indexNames()).length > 2,
  });
});

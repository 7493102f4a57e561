import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, folder } from './layout.js';
import { runQuiet } from './run.js';
import { ELASTICSEARCH_HOME, ELASTICSEARCH_VERSION, elasticsearchInstalled } from './servers/elasticsearch.js';

/** The smallest distribution of Elasticsearch, which Elastic publishes to Maven Central. */
const ARTIFACT = `org.elasticsearch.distribution.integ-test-zip:elasticsearch:${ELASTICSEARCH_VERSION}:zip`;

/** @param {string} dir @returns {string | undefined} */
function findZip(dir) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isFile() && entry.name === `elasticsearch-${ELASTICSEARCH_VERSION}.zip`) return path;
    const below = entry.isDirectory() ? findZip(path) : undefined;
    if (below) return below;
  }
  return undefined;
}

/**
 * Brings Elasticsearch into the cache of this checkout.
 * @returns {Promise<string>}
 */
export async function installElasticsearch() {
  if (elasticsearchInstalled()) return `${ELASTICSEARCH_VERSION} is there`;
  const repository = folder(CACHE, 'maven');
  await runQuiet('mvn', ['-q', '-B', `-Dmaven.repo.local=${repository}`, 'dependency:get', `-Dartifact=${ARTIFACT}`, '-Dtransitive=false']);
  const zip = findZip(repository);
  if (!zip) throw new Error('Maven downloaded no Elasticsearch');
  const draft = folder(CACHE, `unzip.${process.pid}`);
  try {
    await runQuiet('unzip', ['-q', '-o', zip, '-d', draft]);
    for (const name of readdirSync(join(draft, `elasticsearch-${ELASTICSEARCH_VERSION}`, 'bin'))) {
      chmodSync(join(draft, `elasticsearch-${ELASTICSEARCH_VERSION}`, 'bin', name), 0o755);
    }
    if (!existsSync(ELASTICSEARCH_HOME)) renameSync(join(draft, `elasticsearch-${ELASTICSEARCH_VERSION}`), ELASTICSEARCH_HOME);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  rmSync(repository, { recursive: true, force: true });
  return `${ELASTICSEARCH_VERSION} from Maven Central`;
}

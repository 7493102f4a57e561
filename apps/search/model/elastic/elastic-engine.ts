import type { Client, estypes } from '@elastic/elasticsearch';
import { SearchErrors } from '../../search.errors.js';
import type { UserDocument, VideoDocument } from '../documents.js';
import type { UserQuery, VideoQuery } from '../queries.js';
import type { Hit, Page, Rebuild, SearchEngine } from '../search-engine.js';
import { fromElasticError, isMissingIndex } from './elastic-client.js';
import { userSource, videoSource } from './elastic-documents.js';
import { elasticUserQuery, elasticVideoQuery } from './elastic-query.js';
import { KINDS, type Indexes, type Kind } from './indexes.js';

interface Write {
  id: number;
  version: number;
  source: Record<string, unknown>;
}

const STALE = 409;
const NO_SUCH_INDEX = 404;

/** An overloaded node may take the same write a moment later; a document that it refuses it will always refuse. */
const writeError = ({ status }: { status: number }, text: string): Error =>
  status === 429 || status >= 500 ? SearchErrors.UNAVAILABLE({}, new Error(text)) : new Error(text);

/** Search on Elasticsearch 8; only what every node has (no painless, no ingest, no plugin). */
export class ElasticEngine implements SearchEngine {
  readonly name = 'elasticsearch';

  constructor(
    private readonly client: Client,
    private readonly indexes: Indexes,
  ) {}

  async ensure(): Promise<boolean> {
    await Promise.all(KINDS.map((kind) => this.indexes.ensure(kind)));
    const filled = await Promise.all(KINDS.map((kind) => this.indexes.isFilled(kind)));
    return !filled.includes(false);
  }

  async markFilled(): Promise<void> {
    await Promise.all(KINDS.map((kind) => this.indexes.markFilled(this.indexes.alias(kind))));
  }

  indexVideos(documents: readonly VideoDocument[]): Promise<void> {
    return this.writeLive(
      'videos',
      documents.map((video) => ({ id: video.id, version: video.version, source: videoSource(video) })),
    );
  }

  indexUsers(documents: readonly UserDocument[]): Promise<void> {
    return this.writeLive(
      'users',
      documents.map((user) => ({ id: user.id, version: user.version, source: userSource(user) })),
    );
  }

  private async writeLive(kind: Kind, writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return;
    try {
      let targets = await this.indexes.writeAliases(kind);
      if (targets.length === 0) {
        await this.indexes.ensure(kind);
        targets = await this.indexes.writeAliases(kind);
      }
      await this.bulk(targets, writes);
    } catch (error) {
      throw fromElasticError(error);
    }
  }

  /** Writes to every target. A target that is gone is passed over as long as another one took the writes. */
  private async bulk(targets: readonly string[], writes: readonly Write[]): Promise<void> {
    const operations = targets.flatMap((_index) =>
      writes.flatMap(({ id, version, source }) => [
        { index: { _index, _id: String(id), version, version_type: 'external' as const } },
        source,
      ]),
    );
    const { errors, items } = await this.client.bulk({ operations, require_alias: true, refresh: false });
    if (!errors) return;
    const failures = items.flatMap(({ index }) => (index?.error && index.status !== STALE ? [index] : []));
    const real = failures.filter(({ status }) => status !== NO_SUCH_INDEX);
    if (real[0]) throw writeError(real[0], `${real.length} of ${items.length} writes failed: ${JSON.stringify(real[0].error)}`);
    if (failures.length === items.length) throw SearchErrors.UNAVAILABLE({}, new Error('the index was replaced during the write'));
  }

  searchVideos(query: VideoQuery, page: Page): Promise<Hit[]> {
    return this.search('videos', elasticVideoQuery(query), page);
  }

  searchUsers(query: UserQuery, page: Page): Promise<Hit[]> {
    return this.search('users', elasticUserQuery(query), page);
  }

  private async search(kind: Kind, query: estypes.QueryDslQueryContainer, { after, limit }: Page): Promise<Hit[]> {
    try {
      const { hits } = await this.client.search({
        index: this.indexes.alias(kind),
        query,
        size: limit,
        sort: [{ _score: { order: 'desc' } }, { id: { order: 'desc' } }],
        ...(after ? { search_after: [after.score, after.id] } : {}),
        track_total_hits: false,
        // Both come from the sort's values: nothing that is stored has to be read.
        _source: false,
        stored_fields: '_none_',
      });
      return hits.hits.map(({ sort }) => ({ id: Number(sort?.[1]), score: Number(sort?.[0]) }));
    } catch (error) {
      // Before the worker has created the index there is nothing to find.
      if (isMissingIndex(error)) return [];
      throw fromElasticError(error);
    }
  }

  async beginRebuild(): Promise<Rebuild> {
    for (const kind of KINDS) await this.indexes.dropUnfinished(kind);
    const [videos, users] = [await this.indexes.create('videos', { live: false }), await this.indexes.create('users', { live: false })];
    return {
      indexVideos: (documents) =>
        this.writeTo(
          videos,
          documents.map((one) => ({ id: one.id, version: one.version, source: videoSource(one) })),
        ),
      indexUsers: (documents) =>
        this.writeTo(
          users,
          documents.map((one) => ({ id: one.id, version: one.version, source: userSource(one) })),
        ),
      finish: async () => {
        await this.indexes.promote('videos', videos);
        await this.indexes.promote('users', users);
      },
      abandon: () => this.indexes.drop([videos, users]),
    };
  }

  private async writeTo(index: string, writes: readonly Write[]): Promise<void> {
    if (writes.length > 0) await this.bulk([`${index}.write`], writes);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

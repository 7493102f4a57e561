import type { Client, estypes } from '@elastic/elasticsearch';
import { fromElasticError } from './elastic-client.js';

export type Kind = 'videos' | 'users';
export const KINDS: readonly Kind[] = ['videos', 'users'];

/** A document written now is found within this. Set, since an index without a setting stops refreshing when nobody searches. */
const REFRESH = '500ms';

/** An index under construction is neither searched nor worth a flush to disk for every bulk: if it is lost it is built again. */
const BUILDING: estypes.IndicesIndexSettings = { refresh_interval: '-1', translog: { durability: 'async' } };
const SERVING: estypes.IndicesIndexSettings = { refresh_interval: REFRESH, translog: { durability: 'request' } };

const long: estypes.MappingProperty = { type: 'long' };
const keyword: estypes.MappingProperty = { type: 'keyword' };
/** Terms are cut by jieba in the application, so that no plugin is needed and both engines have the same. */
const terms: estypes.MappingProperty = { type: 'text', analyzer: 'whitespace', norms: false, index_options: 'docs' };

const PROPERTIES: Record<Kind, Record<string, estypes.MappingProperty>> = {
  videos: {
    id: long,
    author_id: long,
    title: { type: 'keyword', index: false, doc_values: false },
    title_key: keyword,
    terms,
    tags: keyword,
    published_at: long,
    popularity: { type: 'integer' },
    removed: { type: 'boolean' },
  },
  users: { id: long, name_key: keyword, username_key: keyword, terms },
};

/**
 * Names and lives of the indexes. Queries go to the alias `<prefix>-videos`, behind which is one index `<prefix>-videos-<n>`. Each
 * index has an alias of its own ending in `.write`; every one of those gets every write, so an index under construction misses
 * nothing, and a write to an index deleted meanwhile fails instead of creating it again.
 */
export class Indexes {
  constructor(
    private readonly client: Client,
    private readonly prefix: string,
    private readonly shards: number,
  ) {}

  alias(kind: Kind): string {
    return `${this.prefix}-${kind}`;
  }

  /** Aliases that a write has to go to. Ask after reading the state that is written, for the reason that `rebuild.ts` gives. */
  async writeAliases(kind: Kind): Promise<string[]> {
    return (await this.all(kind)).map((index) => `${index}.write`);
  }

  /** The index that answers queries. */
  async live(kind: Kind): Promise<string | undefined> {
    const alias = this.alias(kind);
    if (!(await this.client.indices.existsAlias({ name: alias }))) return undefined;
    return Object.keys(await this.client.indices.getAlias({ name: alias }))[0];
  }

  /** Every index of the kind, the live one and those under construction. */
  private async all(kind: Kind): Promise<string[]> {
    const found = await this.client.indices.getAlias({ name: `${this.alias(kind)}-*.write` }, { ignore: [404] });
    return Object.keys(found).filter((index) => index.startsWith(`${this.alias(kind)}-`));
  }

  /** @returns the name of a new, empty index; with `live` queries go to it at once */
  async create(kind: Kind, { live }: { live: boolean }): Promise<string> {
    const index = `${this.alias(kind)}-${Date.now()}`;
    await this.client.indices.create({
      index,
      settings: { number_of_shards: this.shards, auto_expand_replicas: '0-1', ...(live ? SERVING : BUILDING) },
      mappings: { dynamic: 'strict', properties: PROPERTIES[kind] },
      aliases: { [`${index}.write`]: {}, ...(live ? { [this.alias(kind)]: {} } : {}) },
    });
    return index;
  }

  /** Creates the live index if there is none. Two processes may do it at once: the younger index is dropped again. */
  async ensure(kind: Kind): Promise<void> {
    try {
      if ((await this.live(kind)) !== undefined) return;
      await this.create(kind, { live: true });
      const behind = Object.keys(await this.client.indices.getAlias({ name: this.alias(kind) })).sort();
      await this.drop(behind.slice(1));
    } catch (error) {
      throw fromElasticError(error);
    }
  }

  /** Whether the live index was filled to its end: it may have been lost, or its filling have been interrupted. */
  async isFilled(kind: Kind): Promise<boolean> {
    try {
      const found = await this.client.indices.getMapping({ index: this.alias(kind) });
      return Object.values(found).every(({ mappings }) => mappings._meta?.['filled'] === true);
    } catch (error) {
      throw fromElasticError(error);
    }
  }

  async markFilled(index: string): Promise<void> {
    try {
      await this.client.indices.putMapping({ index, _meta: { filled: true } });
    } catch (error) {
      throw fromElasticError(error);
    }
  }

  /** Lets the alias point to another index, which is filled, in one step and deletes every other one. */
  async promote(kind: Kind, index: string): Promise<void> {
    await this.markFilled(index);
    await this.client.indices.putSettings({ index, settings: SERVING });
    await this.client.indices.flush({ index });
    await this.client.indices.refresh({ index });
    const old = (await this.all(kind)).filter((other) => other !== index);
    const name = this.alias(kind);
    const actions: estypes.IndicesUpdateAliasesAction[] = old.map((other) => ({
      remove: { index: other, alias: name, must_exist: false },
    }));
    await this.client.indices.updateAliases({ actions: [...actions, { add: { index, alias: name } }] });
    await this.drop(old);
  }

  /** Drops what an interrupted rebuild left behind. */
  async dropUnfinished(kind: Kind): Promise<void> {
    const live = await this.live(kind);
    await this.drop((await this.all(kind)).filter((index) => index !== live));
  }

  async drop(indexes: readonly string[]): Promise<void> {
    if (indexes.length > 0) await this.client.indices.delete({ index: [...indexes], ignore_unavailable: true });
  }
}

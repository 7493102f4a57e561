import type { Database } from '@doul/data';
import type { UserDocument, VideoDocument } from '../documents.js';
import type { UserQuery, VideoQuery } from '../queries.js';
import type { Hit, Page, Rebuild, SearchEngine } from '../search-engine.js';
import { hexText } from './hex-terms.js';
import { mysqlUserQuery, mysqlVideoQuery } from './mysql-query.js';
import { SearchTables, TABLES } from './search-tables.js';

const videoRow = (video: VideoDocument) => ({
  id: video.id,
  version: video.version,
  removed: video.removed,
  author_id: video.authorId,
  title_key: video.titleKey,
  terms: hexText(video.terms),
  tags: hexText(video.tags),
  published_at: video.publishedAt,
  popularity: video.popularity,
});

const userRow = (user: UserDocument) => ({
  id: user.id,
  version: user.version,
  name_key: user.nameKey,
  username_key: user.usernameKey,
  terms: hexText(user.terms),
});

/** Search on InnoDB full text: for small installations without a JVM. Its schema is created by the migrations. */
export class MysqlEngine implements SearchEngine {
  readonly name = 'mysql';
  private readonly tables: SearchTables;

  constructor(private readonly database: Database) {
    this.tables = new SearchTables(database);
  }

  async ensure(): Promise<boolean> {
    const filled = await Promise.all(TABLES.map((table) => this.tables.isFilled(table)));
    return !filled.includes(false);
  }

  async markFilled(): Promise<void> {
    for (const table of TABLES) await this.tables.markFilled(table);
  }

  indexVideos(documents: readonly VideoDocument[]): Promise<void> {
    return this.tables.write('videos', documents.map(videoRow));
  }

  indexUsers(documents: readonly UserDocument[]): Promise<void> {
    return this.tables.write('users', documents.map(userRow));
  }

  searchVideos(query: VideoQuery, page: Page): Promise<Hit[]> {
    const { sql, params } = mysqlVideoQuery(query, page);
    return this.database.query<Hit>(sql, params);
  }

  searchUsers(query: UserQuery, page: Page): Promise<Hit[]> {
    const { sql, params } = mysqlUserQuery(query, page);
    return this.database.query<Hit>(sql, params);
  }

  async beginRebuild(): Promise<Rebuild> {
    await this.tables.startNext();
    return {
      indexVideos: (documents) => this.tables.writeNext('videos', documents.map(videoRow)),
      indexUsers: (documents) => this.tables.writeNext('users', documents.map(userRow)),
      finish: () => this.tables.promoteNext(),
      abandon: () => this.tables.dropNext(),
    };
  }

  /** The pool is the process's, not ours. */
  async close(): Promise<void> {}
}

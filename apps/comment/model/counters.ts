import { ChangeLog, CounterTable, Database, RedisStore } from '@doul/data';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { commentChangesKey, commentCountersKey } from '../comment.keys.js';

/** Visible comments of a video. */
export const COMMENT_COUNTER_FIELDS = ['comment_count'] as const;

@Injectable()
export class CommentCounters
  extends CounterTable<(typeof COMMENT_COUNTER_FIELDS)[number]>
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  readonly changes: ChangeLog;
  private projection: { stop(): Promise<void> } | undefined;

  constructor(db: Database, redis: RedisStore) {
    const changes = new ChangeLog(redis, commentChangesKey);
    super({ db, redis, table: 'comment_counters', fields: COMMENT_COUNTER_FIELDS, key: commentCountersKey, changes });
    this.changes = changes;
  }

  onApplicationBootstrap(): void {
    this.projection = this.startProjector();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.projection?.stop();
  }
}

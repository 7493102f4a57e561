import { ChangeLog, CounterTable, Database, RedisStore } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { followChangesKey, followCountersKey } from '../friend.keys.js';

/** `follow_version` grows with each change of whom the user follows; copies of that set are held against it. */
export const FOLLOW_COUNTER_FIELDS = ['follow_count', 'follower_count', 'follow_version'] as const;

export type FollowCounterField = (typeof FOLLOW_COUNTER_FIELDS)[number];

@Injectable()
export class FollowCounterTable extends CounterTable<FollowCounterField> {
  readonly changes: ChangeLog;

  constructor(db: Database, redis: RedisStore) {
    const changes = new ChangeLog(redis, followChangesKey);
    super({ db, redis, table: 'user_counters', fields: FOLLOW_COUNTER_FIELDS, key: followCountersKey, changes });
    this.changes = changes;
  }
}

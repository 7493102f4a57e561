import { ChangeLog, CounterTable, Database, RedisStore } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { authorChangesKey, userCountersKey, videoChangesKey, videoCountersKey } from '../video.keys.js';

export const VIDEO_COUNTER_FIELDS = ['favorite_count'] as const;
/** Published videos, likes received, likes given as far as MySQL has taken them in. */
export const USER_COUNTER_FIELDS = ['work_count', 'total_favorited', 'favorite_count'] as const;

@Injectable()
export class VideoCounters extends CounterTable<(typeof VIDEO_COUNTER_FIELDS)[number]> {
  constructor(db: Database, redis: RedisStore) {
    const changes = new ChangeLog(redis, videoChangesKey);
    super({ db, redis, table: 'video_counters', fields: VIDEO_COUNTER_FIELDS, key: videoCountersKey, changes });
  }
}

@Injectable()
export class UserCounters extends CounterTable<(typeof USER_COUNTER_FIELDS)[number]> {
  constructor(db: Database, redis: RedisStore) {
    const changes = new ChangeLog(redis, authorChangesKey);
    super({ db, redis, table: 'user_counters', fields: USER_COUNTER_FIELDS, key: userCountersKey, changes });
  }
}

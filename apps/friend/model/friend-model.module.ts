import { RedisModule, databaseModule } from '@doul/data';
import { eventsModule } from '@doul/events';
import { Module } from '@nestjs/common';
import { FollowCounterTable } from './follow-counters.js';
import { FollowAudit } from './follow.audit.js';
import { FollowRepository } from './follow.repository.js';
import { FollowWriter } from './follow.writer.js';
import { FollowingCache } from './following.cache.js';
import { migrations, schema } from './migrations/index.js';

const providers = [FollowAudit, FollowCounterTable, FollowRepository, FollowWriter, FollowingCache];

/** Everything that knows the service's SQL and Redis commands. */
@Module({
  imports: [databaseModule(schema, { migrations }), RedisModule, eventsModule({ schema, publishes: true })],
  providers,
  exports: providers,
})
export class FriendModelModule {}

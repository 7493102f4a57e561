import { RedisModule, databaseModule } from '@doul/data';
import { eventsModule } from '@doul/events';
import { Module } from '@nestjs/common';
import { CommentListRepository } from './comment-list.repository.js';
import { CommentRepository } from './comment.repository.js';
import { CommentCounters } from './counters.js';
import { ListVersions } from './list-versions.js';
import { migrations, schema } from './migrations/index.js';
import { WordRepository } from './word.repository.js';

const providers = [CommentCounters, CommentListRepository, CommentRepository, ListVersions, WordRepository];

/** Everything that knows the service's SQL and Redis commands. */
@Module({
  imports: [databaseModule(schema, { migrations }), RedisModule, eventsModule({ schema, publishes: true, consumer: 'comment-rpc' })],
  providers,
  exports: providers,
})
export class CommentModelModule {}

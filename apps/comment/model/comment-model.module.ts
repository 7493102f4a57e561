import { RedisModule, databaseModule } from '@doul/data';
import { eventsModule } from '@doul/events';
import { Module } from '@nestjs/common';
import { CommentListRepository } from './comment-list.repository.js';
import { CommentRepository } from './comment.repository.js';
import { CommentCounters } from './counters.js';
import { commentMigrations } from './migrations/index.js';
import { WordRepository } from './word.repository.js';

export const COMMENT_SCHEMA = 'doul_comment';

const providers = [CommentCounters, CommentListRepository, CommentRepository, WordRepository];

/** Everything that knows the service's SQL and Redis commands. */
@Module({
  imports: [
    databaseModule(COMMENT_SCHEMA, { migrations: commentMigrations }),
    RedisModule,
    eventsModule({ schema: COMMENT_SCHEMA, publishes: true, consumer: 'comment-rpc' }),
  ],
  providers,
  exports: providers,
})
export class CommentModelModule {}

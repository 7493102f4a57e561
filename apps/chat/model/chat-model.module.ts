import { databaseModule } from '@doul/data';
import { eventsModule } from '@doul/events';
import { Module } from '@nestjs/common';
import { ConversationRepository } from './conversation.repository.js';
import { migrations, schema } from './migrations/index.js';

/** Everything that knows the service's SQL. */
@Module({
  imports: [databaseModule(schema, { migrations }), eventsModule({ schema, publishes: true })],
  providers: [ConversationRepository],
  exports: [ConversationRepository],
})
export class ChatModelModule {}

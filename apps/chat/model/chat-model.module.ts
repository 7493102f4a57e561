import { databaseModule } from '@doul/data';
import { eventsModule } from '@doul/events';
import { Module } from '@nestjs/common';
import { ConversationRepository } from './conversation.repository.js';
import { chatMigrations } from './migrations/index.js';

export const CHAT_SCHEMA = 'doul_chat';

/** Everything that knows the service's SQL. */
@Module({
  imports: [databaseModule(CHAT_SCHEMA, { migrations: chatMigrations }), eventsModule({ schema: CHAT_SCHEMA, publishes: true })],
  providers: [ConversationRepository],
  exports: [ConversationRepository],
})
export class ChatModelModule {}

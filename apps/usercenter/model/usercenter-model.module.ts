import { RedisModule, databaseModule } from '@doul/data';
import { eventsModule } from '@doul/events';
import { Module } from '@nestjs/common';
import { AccountRepository } from './account.repository.js';
import { migrations, schema } from './migrations/index.js';
import { ProfileRepository } from './profile.repository.js';
import { Profiles } from './profiles.js';
import { SessionRepository } from './session.repository.js';

const providers = [AccountRepository, ProfileRepository, Profiles, SessionRepository];

/** Everything that knows the service's SQL and Redis commands. */
@Module({
  imports: [databaseModule(schema, { migrations }), RedisModule, eventsModule({ schema, publishes: true })],
  providers,
  exports: providers,
})
export class UsercenterModelModule {}

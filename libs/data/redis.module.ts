import { Module } from '@nestjs/common';
import { redis } from './redis.js';
import { RedisStore } from './redis-store.js';

/** Provides `RedisStore` on the process's shared connection. */
@Module({
  providers: [{ provide: RedisStore, useFactory: async () => new RedisStore(await redis()) }],
  exports: [RedisStore],
})
export class RedisModule {}

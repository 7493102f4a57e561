import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { FollowCounterTable } from '../model/follow-counters.js';

/** Brings changed counters to Redis for as long as this layer runs. */
@Injectable()
export class CounterProjection implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private loop: { stop(): Promise<void> } | undefined;

  constructor(private readonly counters: FollowCounterTable) {}

  onApplicationBootstrap(): void {
    this.loop = this.counters.startProjector();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }
}

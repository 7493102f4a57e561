import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { UserCounters, VideoCounters } from '../../model/counters.js';

/** Copies changed counters to Redis. */
@Injectable()
export class ProjectorHost implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private running: { stop(): Promise<void> }[] = [];

  constructor(
    private readonly videoCounters: VideoCounters,
    private readonly userCounters: UserCounters,
  ) {}

  onApplicationBootstrap(): void {
    this.running = [this.videoCounters.startProjector(), this.userCounters.startProjector()];
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.running.map((projector) => projector.stop()));
  }
}

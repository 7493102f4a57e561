import { VideoRemovedEvent, type VideoChanged } from '@doul/contracts';
import { OnEvent } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { Purge } from './purge.js';

@Injectable()
export class RemovalConsumer {
  constructor(private readonly purge: Purge) {}

  @OnEvent(VideoRemovedEvent, { queue: 'video-worker' })
  async handle({ videoId }: VideoChanged): Promise<void> {
    await this.purge.run(videoId);
  }
}

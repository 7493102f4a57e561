import { VideoUploadedEvent, type VideoUploaded } from '@doul/contracts';
import { OnEvent } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { Processing } from './processing.js';

@Injectable()
export class UploadConsumer {
  constructor(private readonly processing: Processing) {}

  @OnEvent(VideoUploadedEvent, { queue: 'video-worker' })
  async handle({ videoId }: VideoUploaded): Promise<void> {
    await this.processing.process(videoId);
  }
}

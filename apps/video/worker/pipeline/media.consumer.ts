import { RenditionsDueEvent, VideoDueEvent, type VideoDue } from '@doul/contracts';
import { OnEvent } from '@doul/events';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { BACKGROUND, FOREGROUND } from '../../model/media-job.js';
import { MediaJobRepository } from '../../model/media-job.repository.js';
import { inspectCage } from '../media/tool-cage.js';
import { MediaGate } from './media-gate.js';
import { MediaRunner } from './media-runner.js';

@Injectable()
export class MediaConsumer implements OnApplicationBootstrap {
  private readonly gate: MediaGate;

  constructor(
    private readonly runner: MediaRunner,
    jobs: MediaJobRepository,
  ) {
    this.gate = new MediaGate({ isAnyoneWaiting: () => jobs.isAnyDue(FOREGROUND) });
  }

  onApplicationBootstrap(): void {
    inspectCage();
  }

  @OnEvent(VideoDueEvent, { queue: 'video-media' })
  handle({ videoId }: VideoDue): Promise<void> {
    return this.gate.runForeground(() => this.runner.run(videoId, FOREGROUND));
  }

  @OnEvent(RenditionsDueEvent, { queue: 'video-renditions' })
  async handleRenditions({ videoId }: VideoDue): Promise<void> {
    await this.gate.runBackground(() => this.runner.run(videoId, BACKGROUND), this.runner.signal);
  }
}

import { eventsModule } from '@doul/events';
import { workerLayer } from '@doul/runtime';
import { Module } from '@nestjs/common';
import { VideoModelModule } from '../model/video-model.module.js';
import { LikeSink } from './like-sink.js';
import { LikeSinkRunner } from './like-sink-runner.js';
import { FrameFiles } from './frame-files.js';
import { MediaConsumer } from './media.consumer.js';
import { MediaRunner } from './media-runner.js';
import { MediaSteps } from './media-steps.js';
import { Orphans } from './orphans.js';
import { ProjectorHost } from './projector-host.js';
import { Purge } from './purge.js';
import { RemovalConsumer } from './removal.consumer.js';
import { SourceFiles } from './source-files.js';
import { CoverStep } from './steps/cover.step.js';
import { FirstStep } from './steps/first.step.js';
import { LadderStep } from './steps/ladder.step.js';
import { PicturesStep } from './steps/pictures.step.js';
import { ProbeStep } from './steps/probe.step.js';
import { Sweeper } from './sweeper.js';
import { UploadCleaner } from './upload-cleaner.js';

@Module({
  imports: [
    VideoModelModule,
    eventsModule({ consumer: 'video-worker' }),
    eventsModule({ consumer: 'video-media' }),
    eventsModule({ consumer: 'video-renditions' }),
  ],
  providers: [
    CoverStep,
    FirstStep,
    FrameFiles,
    LadderStep,
    LikeSink,
    LikeSinkRunner,
    MediaConsumer,
    MediaRunner,
    MediaSteps,
    Orphans,
    PicturesStep,
    ProbeStep,
    ProjectorHost,
    Purge,
    RemovalConsumer,
    SourceFiles,
    Sweeper,
    UploadCleaner,
  ],
})
export class VideoWorkerModule {}

export const videoWorker = workerLayer(VideoWorkerModule, { service: 'video' });

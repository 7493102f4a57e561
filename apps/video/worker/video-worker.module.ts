import { eventsModule } from '@doul/events';
import { workerLayer } from '@doul/runtime';
import { Module } from '@nestjs/common';
import { VideoModelModule } from '../model/video-model.module.js';
import { LikeSink } from './likes/like-sink.js';
import { LikeSinkRunner } from './likes/like-sink-runner.js';
import { FrameFiles } from './pipeline/frame-files.js';
import { MediaConsumer } from './pipeline/media.consumer.js';
import { MediaRunner } from './pipeline/media-runner.js';
import { MediaSteps } from './pipeline/media-steps.js';
import { Orphans } from './cleaning/orphans.js';
import { ProjectorHost } from './likes/projector-host.js';
import { Purge } from './cleaning/purge.js';
import { RemovalConsumer } from './cleaning/removal.consumer.js';
import { SourceFiles } from './pipeline/source-files.js';
import { CoverStep } from './pipeline/steps/cover.step.js';
import { FirstStep } from './pipeline/steps/first.step.js';
import { LadderStep } from './pipeline/steps/ladder.step.js';
import { PicturesStep } from './pipeline/steps/pictures.step.js';
import { ProbeStep } from './pipeline/steps/probe.step.js';
import { Sweeper } from './cleaning/sweeper.js';
import { UploadCleaner } from './cleaning/upload-cleaner.js';

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

import { eventsModule } from '@doul/events';
import { workerLayer } from '@doul/runtime';
import { Module } from '@nestjs/common';
import { VideoModelModule } from '../model/video-model.module.js';
import { LikeSink } from './like-sink.js';
import { LikeSinkRunner } from './like-sink-runner.js';
import { Orphans } from './orphans.js';
import { Processing } from './processing.js';
import { ProjectorHost } from './projector-host.js';
import { Purge } from './purge.js';
import { RemovalConsumer } from './removal.consumer.js';
import { Sweeper } from './sweeper.js';
import { UploadCleaner } from './upload-cleaner.js';
import { UploadConsumer } from './upload.consumer.js';

@Module({
  imports: [VideoModelModule, eventsModule({ consumer: 'video-worker' })],
  providers: [LikeSink, LikeSinkRunner, Orphans, Processing, ProjectorHost, Purge, RemovalConsumer, Sweeper, UploadCleaner, UploadConsumer],
})
export class VideoWorkerModule {}

export const videoWorker = workerLayer(VideoWorkerModule, { service: 'video' });

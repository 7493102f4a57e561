import { eventsModule } from '@doul/events';
import { workerLayer } from '@doul/runtime';
import { Module } from '@nestjs/common';
import { IndexKeeper } from './index-keeper.js';
import { SearchEvents } from './search.events.js';

@Module({
  imports: [eventsModule({ consumer: 'search-worker' }), eventsModule({ consumer: 'search-popularity' })],
  providers: [IndexKeeper, SearchEvents],
})
export class SearchWorkerModule {}

export const searchWorker = workerLayer(SearchWorkerModule, { service: 'search' });

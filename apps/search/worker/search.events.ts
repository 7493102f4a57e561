import {
  UserRegisteredEvent,
  UserUpdatedEvent,
  VideoPopularityEvent,
  VideoPublishedEvent,
  VideoRemovedEvent,
  VideoUpdatedEvent,
  type UserChanged,
  type VideoChanged,
} from '@doul/contracts';
import { OnEvent } from '@doul/events';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { searchEngine } from '../model/new-engine.js';
import { Indexer } from './indexer.js';
import { servicesTruth } from './truth.js';

const QUEUE = 'search-worker';
/** Apart, so that what may wait holds up nothing that must not. */
const POPULARITY_QUEUE = 'search-popularity';

@Injectable()
export class SearchEvents implements BeforeApplicationShutdown {
  private readonly indexer = new Indexer(searchEngine, servicesTruth());

  @OnEvent(VideoPublishedEvent, { queue: QUEUE })
  videoPublished({ videoId }: VideoChanged): Promise<void> {
    return this.indexer.video(videoId);
  }

  @OnEvent(VideoUpdatedEvent, { queue: QUEUE })
  videoUpdated({ videoId }: VideoChanged): Promise<void> {
    return this.indexer.video(videoId);
  }

  @OnEvent(VideoPopularityEvent, { queue: POPULARITY_QUEUE })
  videoPopularity({ videoId }: VideoChanged): Promise<void> {
    return this.indexer.popularity(videoId);
  }

  @OnEvent(VideoRemovedEvent, { queue: QUEUE })
  videoRemoved({ videoId, authorId, version }: VideoChanged): Promise<void> {
    return this.indexer.removedVideo({ id: videoId, authorId, version });
  }

  @OnEvent(UserRegisteredEvent, { queue: QUEUE })
  userRegistered({ userId }: UserChanged): Promise<void> {
    return this.indexer.user(userId);
  }

  @OnEvent(UserUpdatedEvent, { queue: QUEUE })
  userUpdated({ userId }: UserChanged): Promise<void> {
    return this.indexer.user(userId);
  }

  beforeApplicationShutdown(): void {
    this.indexer.stop();
  }
}

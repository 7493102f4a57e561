import {
  UserRegisteredEvent,
  UserUpdatedEvent,
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

import { FeedServiceDefinition, type ListFeedRequest, type ListFeedResponse } from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import { VisibleFeed } from './visible-feed.js';

/** Largest page: more than any client shows, few enough for one hydration. */
const MAX_PAGE = 200;

@RpcController(FeedServiceDefinition)
export class FeedService implements RpcHandlers<typeof FeedServiceDefinition> {
  constructor(private readonly feed: VisibleFeed) {}

  async listFeed({ beforeMs, limit }: ListFeedRequest): Promise<ListFeedResponse> {
    const rows = await this.feed.page(Math.max(0, beforeMs), Math.min(Math.max(1, limit), MAX_PAGE));
    return { entries: rows.map(({ videoId, authorId, feedTime }) => ({ videoId, authorId, feedTimeMs: feedTime })) };
  }
}

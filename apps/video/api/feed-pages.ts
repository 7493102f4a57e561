import { FeedServiceDefinition } from '@doul/contracts';
import type { Call, RawAnswer } from '@doul/http';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { FEED_PAGE } from './feed.schema.js';
import { VideoLists, videoListAnswer } from './video-lists.js';

/** Refills of one page: each passes over a page of videos that were removed in the last moment. */
const MAX_REFILLS = 5;

/** Pages of the feed: ids first, then hydration, and a refill for what has just been removed. */
@Injectable()
export class FeedPages {
  constructor(
    @InjectRpc(FeedServiceDefinition) private readonly feed: RpcClient<typeof FeedServiceDefinition>,
    private readonly lists: VideoLists,
  ) {}

  /**
   * @param before exclusive feed position in ms; 0 = from the head
   */
  async page(before: number, call: Call): Promise<RawAnswer> {
    let { entries } = await this.feed.listFeed({ beforeMs: before, limit: FEED_PAGE });
    const videos = await this.lists.entries(entries, call.viewerId);
    let last = entries.at(-1)?.feedTimeMs;
    for (let refills = 0; last !== undefined && videos.length < FEED_PAGE && entries.length > 0 && refills < MAX_REFILLS; refills += 1) {
      // A short window is the end of the feed; a full one with holes is filled up.
      if (refills === 0 && entries.length < FEED_PAGE) break;
      const wanted = FEED_PAGE - videos.length;
      entries = (await this.feed.listFeed({ beforeMs: last, limit: wanted })).entries;
      videos.push(...(await this.lists.entries(entries, call.viewerId)));
      last = entries.at(-1)?.feedTimeMs ?? last;
      if (entries.length < wanted) break;
    }
    return videoListAnswer(call, videos, `,"next_time":${last ?? endOf(before)}`);
  }
}

/** As large as latest_time has to be to be read as ms (March 1973, before every video). */
const FIRST_MS = 100_000_000_000;

/** The next_time of an empty page: the same end again, and never a number that would be read as seconds. */
const endOf = (before: number): number => (before === 0 ? Date.now() : Math.max(before, FIRST_MS));

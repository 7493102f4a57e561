import { FeedServiceDefinition, type FeedEntry } from '@doul/contracts';
import type { Call, RawAnswer } from '@doul/http';
import { Batcher, InjectRpc, type RpcClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { FEED_PAGE } from './feed.schema.js';
import { VideoLists, videoListAnswer } from './video-lists.js';

/** Requests of one turn that share a call; without a limit a batch would only be held by the process's memory. */
const MAX_BATCH = 256;
/** Refills of one page: each passes over a page of videos that were removed in the last moment. */
const MAX_REFILLS = 5;

/** Pages of the feed: ids first, then hydration, and a refill for what has just been removed. */
@Injectable()
export class FeedPages {
  private readonly windows: Batcher<number, readonly FeedEntry[]>;

  constructor(
    @InjectRpc(FeedServiceDefinition) private readonly feed: RpcClient<typeof FeedServiceDefinition>,
    private readonly lists: VideoLists,
  ) {
    this.windows = new Batcher<number, readonly FeedEntry[]>({ max: MAX_BATCH, ask: (positions) => this.askOnce(positions) });
  }

  /** Requests that arrive together mostly ask for the same window: each distinct one is read once. */
  private async askOnce(positions: readonly number[]): Promise<(readonly FeedEntry[])[]> {
    const distinct = [...new Set(positions)];
    const pages = await Promise.all(distinct.map((beforeMs) => this.feed.listFeed({ beforeMs, limit: FEED_PAGE })));
    const byPosition = new Map(distinct.map((beforeMs, at) => [beforeMs, pages[at]?.entries ?? []]));
    return positions.map((beforeMs) => byPosition.get(beforeMs) ?? []);
  }

  /**
   * @param before exclusive feed position in ms; 0 = from the head
   */
  async page(before: number, call: Call): Promise<RawAnswer> {
    let entries = await this.windows.ask(before);
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

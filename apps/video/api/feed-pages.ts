import { VideoPages } from '@doul/cards';
import type { Call, RawAnswer } from '@doul/http';
import { Injectable } from '@nestjs/common';
import { FeedWindows, type WindowPage } from './feed-windows.js';

/** As large as latest_time has to be to be read as ms (March 1973, before every video). */
const FIRST_MS = 100_000_000_000;

/**
 * For so long the gateway may give the page to others who do not say who they are (`deploy/nginx/shared-answers.lua`), and as long again while it
 * asks for a new one, in ms: much less than windows and cards may be old, and at a thousand readers a second enough to make it once for a hundred.
 */
const SHARED = ['x-doul-shared-ms', '100'] as const;

/** The next_time of an empty page: the same end again, and never a number that would be read as seconds. */
const endOf = (before: number): number => (before === 0 ? Date.now() : Math.max(before, FIRST_MS));

/** Pages of the feed as their viewers see them. */
@Injectable()
export class FeedPages {
  constructor(
    private readonly windows: FeedWindows,
    private readonly pages: VideoPages,
  ) {}

  /**
   * @param before exclusive feed position in ms; 0 = from the head
   */
  page(before: number, call: Call): RawAnswer | Promise<RawAnswer> {
    const answer = ({ page, last }: WindowPage): RawAnswer | Promise<RawAnswer> =>
      this.pages.answer(call, page, `,"next_time":${last ?? endOf(before)}`, SHARED);
    const window = this.windows.at(before);
    return window instanceof Promise ? window.then(answer) : answer(window);
  }
}

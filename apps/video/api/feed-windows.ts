import { CardStore, cardPage, joinedPage, type CardPage, type VideoCard } from '@doul/cards';
import { FeedServiceDefinition } from '@doul/contracts';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { childLog, newContext, type RequestContext } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { nanoid } from 'nanoid';
import { FEED_PAGE } from './feed.schema.js';

const log = childLog('feed');

/** Which videos the page at a position shows. */
interface Window {
  readonly ids: readonly number[];
  /** Feed time of the last video; undefined for an empty page. */
  readonly last: number | undefined;
  readonly readAt: number;
  /** Whether videos can only leave it: it lies below a video that has been published. */
  readonly settled: boolean;
  /** When it was last made into a page; Unix ms. */
  shownAt: number;
}

interface Made {
  readonly window: Window;
  readonly page: CardPage;
  checkedAt: number;
}

export interface WindowPage {
  readonly page: CardPage;
  readonly last: number | undefined;
}

/** A window that new videos can enter is given for this long, and as long again while it is read anew, in ms. */
const OPEN_MS = 200;
/** Removals are seen by their cards; this bounds how long anything else could be wrong, in ms. */
const SETTLED_MS = 300_000;
/** How often a made page is compared with its cards, in ms. */
const CHECK_MS = 50;
/** About 10 MB. */
const MAX_WINDOWS = 20_000;
/** Most viewers ask for the first few pages; others are joined from their cards when they are asked for. About 2 MB. */
const MAX_PAGES = 64;
/** What is asked for again within this time is kept as a page, in ms: the others, one after another, would push those out. */
const AGAIN_MS = 100;
/** Refills of one page: each passes over a page of videos that were removed in the last moment. */
const MAX_REFILLS = 5;

/** The chronological pages of the feed, which all viewers share, joined from their cards. */
@Injectable()
export class FeedWindows {
  private readonly windows = new LRUCache<number, Window>({ max: MAX_WINDOWS });
  private readonly pages = new LRUCache<number, Made>({ max: MAX_PAGES });
  private readonly reading = new Map<number, Promise<Window>>();
  /** Feed time of the newest video seen: every later one gets a later time. */
  private newest = 0;

  constructor(
    @InjectRpc(FeedServiceDefinition) private readonly feed: ApiClient<typeof FeedServiceDefinition>,
    private readonly cards: CardStore,
  ) {}

  /**
   * Synchronous when everything is here.
   *
   * @param before exclusive feed position in ms; 0 = from the head
   */
  at(before: number): WindowPage | Promise<WindowPage> {
    const now = Date.now();
    const window = this.known(before, now);
    if (!window) return this.readAndMake(before);
    const made = this.pages.get(before);
    if (made && made.window === window && now - made.checkedAt < CHECK_MS) return { page: made.page, last: window.last };
    const cards = this.cards.published(window.ids);
    if (cards instanceof Promise) return cards.then((loaded) => this.make(before, window, loaded, now) ?? this.readAndMake(before));
    return this.make(before, window, cards, now) ?? this.readAndMake(before);
  }

  /** The window when it is here and new enough; one that is not quite is read anew meanwhile. */
  private known(before: number, now: number): Window | undefined {
    const window = this.windows.get(before);
    if (!window) return undefined;
    const age = now - window.readAt;
    const freshMs = window.settled ? SETTLED_MS : OPEN_MS;
    if (age >= 2 * freshMs) return undefined;
    if (age >= freshMs) this.read(before).catch((error: unknown) => log.warn({ err: error }, 'a page of the feed could not be read anew'));
    return window;
  }

  /** The page of a window, or undefined when one of its videos is gone. What is asked for again soon is put into one piece, and kept. */
  private make(before: number, window: Window, cards: readonly VideoCard[], now: number): WindowPage | undefined {
    if (cards.length < window.ids.length) return undefined;
    const known = this.pages.get(before)?.page;
    const same = known?.cards.length === cards.length && known.cards.every((card, at) => card === cards[at]);
    const page = known && same ? joinedPage(known) : cardPage(cards);
    if (known || now - window.shownAt < AGAIN_MS) this.pages.set(before, { window, page, checkedAt: now });
    window.shownAt = now;
    return { page, last: window.last };
  }

  private async readAndMake(before: number): Promise<WindowPage> {
    const window = await this.read(before);
    const cards = await this.cards.published(window.ids);
    return this.make(before, window, cards, Date.now()) ?? { page: cardPage(cards), last: window.last };
  }

  private read(before: number): Promise<Window> {
    const running = this.reading.get(before);
    if (running) return running;
    // Several requests share it, so it runs on nobody's deadline.
    const work = this.readNow(before, newContext(nanoid())).finally(() => this.reading.delete(before));
    this.reading.set(before, work);
    return work;
  }

  /** Ids first, then a refill for what has just been removed. */
  private async readNow(before: number, context: RequestContext): Promise<Window> {
    const readAt = Date.now();
    const ids: number[] = [];
    let last: number | undefined;
    for (let refills = 0; refills <= MAX_REFILLS; refills += 1) {
      const wanted = FEED_PAGE - ids.length;
      const { entries } = await this.feed.listFeed({ beforeMs: last ?? before, limit: wanted }, { context });
      this.newest = Math.max(this.newest, entries[0]?.feedTimeMs ?? 0);
      const shown = await this.cards.published(entries.map((entry) => entry.videoId));
      ids.push(...shown.map((card) => card.id));
      last = entries.at(-1)?.feedTimeMs ?? last;
      // A short answer is the end of the feed.
      if (entries.length < wanted || ids.length === FEED_PAGE) break;
    }
    const window = { ids, last, readAt, settled: before !== 0 && before <= this.newest, shownAt: 0 };
    this.windows.set(before, window);
    return window;
  }
}

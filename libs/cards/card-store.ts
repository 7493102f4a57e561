import { ProfileServiceDefinition, VideoServiceDefinition, type Card } from '@doul/contracts';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import type { RequestContext } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { authorPiece, withWorks, type AuthorPiece } from './author-piece.js';
import { CardChanges } from './card-changes.js';
import { FreshCache } from './fresh-cache.js';
import { cardBytes, videoCard, withAuthor, type VideoCard } from './video-card.js';

/** About 50,000 cards. */
const MAX_CARD_BYTES = 48 << 20;
/** About 30,000 users. */
const MAX_AUTHOR_BYTES = 16 << 20;
const AUTHOR_OVERHEAD_BYTES = 200;
/** In ms: after it profiles are asked for, which are answered without the video service too. */
const WORKS_DEADLINE_MS = 500;

/** Cards of published videos and of their authors, in this process, serialised, and at most a second old. */
@Injectable()
export class CardStore {
  private readonly authors: FreshCache<AuthorPiece>;
  private readonly cards: FreshCache<{ card: VideoCard }>;

  constructor(
    @InjectRpc(VideoServiceDefinition) private readonly videos: ApiClient<typeof VideoServiceDefinition>,
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: ApiClient<typeof ProfileServiceDefinition>,
    changes: CardChanges,
  ) {
    const isWatched = (now: number): boolean => changes.isWatched(now);
    this.authors = new FreshCache<AuthorPiece>({
      name: 'authors',
      load: (ids, context) => this.loadAuthors(ids, context),
      loadPart: (ids, context) => this.loadWorks(ids, context),
      maxBytes: MAX_AUTHOR_BYTES,
      bytesOf: (author) => author.text.length + AUTHOR_OVERHEAD_BYTES,
      isWatched,
    });
    this.cards = new FreshCache<{ card: VideoCard }>({
      name: 'cards',
      load: (ids, context) => this.loadCards(ids, context),
      maxBytes: MAX_CARD_BYTES,
      bytesOf: ({ card }) => cardBytes(card),
      isWatched,
    });
    changes.subscribe({
      changed: ({ videoIds = [], userIds = [] }, by) => {
        this.cards.changed(videoIds);
        if (by === 'video') this.authors.partChanged(userIds);
        else this.authors.changed(userIds);
      },
      reset: () => {
        this.cards.reset();
        this.authors.reset();
      },
    });
  }

  /** The card when it is here: null for a video that is not published, undefined for one that has to be loaded. */
  peek(id: number, now: number): VideoCard | null | undefined {
    const kept = this.cards.peek(id, now);
    if (!kept) return kept;
    const author = this.authors.peek(kept.card.author.id, now);
    if (!author) return author;
    if (kept.card.author !== author) kept.card = withAuthor(kept.card, author);
    return kept.card;
  }

  /** Published videos in the order of the ids; others are left out. Synchronous when all are here. */
  published(ids: readonly number[]): VideoCard[] | Promise<VideoCard[]> {
    const now = Date.now();
    const found: (VideoCard | null)[] = [];
    const missing: number[] = [];
    for (const id of ids) {
      const card = this.peek(id, now);
      if (card === undefined) missing.push(id);
      found.push(card ?? null);
    }
    return missing.length === 0 ? found.filter((card) => card !== null) : this.loaded(ids, found, missing);
  }

  /** @param found is kept by us: what is loaded now may push it out of the cache */
  private async loaded(ids: readonly number[], found: readonly (VideoCard | null)[], missing: readonly number[]): Promise<VideoCard[]> {
    const loaded = await this.cards.load(missing);
    return ids.flatMap((id, at) => found[at] ?? loaded.get(id)?.card ?? []);
  }

  /** The author's piece when it is here, see `peek`. */
  peekAuthor(id: number, now: number): AuthorPiece | null | undefined {
    return this.authors.peek(id, now);
  }

  /** Users by id; unknown ones are absent. */
  async authorsOf(ids: readonly number[]): Promise<Map<number, AuthorPiece>> {
    const now = Date.now();
    const found = new Map<number, AuthorPiece>();
    const missing: number[] = [];
    for (const id of new Set(ids)) {
      const author = this.authors.peek(id, now);
      if (author) found.set(id, author);
      else if (author === undefined) missing.push(id);
    }
    if (missing.length > 0) for (const [id, author] of await this.authors.load(missing)) found.set(id, author);
    return found;
  }

  /** To be called after a change of a video is committed, for those who ask this process next. */
  forget(id: number): void {
    this.cards.forget([id]);
  }

  private async loadCards(ids: readonly number[], context: RequestContext): Promise<Map<number, { card: VideoCard }>> {
    const { cards } = await this.videos.getCards({ ids: [...ids], viewerId: 0 }, { context });
    return new Map((await this.withAuthors(cards)).map((card) => [card.id, { card }]));
  }

  /** Cards of videos in any state, for what is not worth keeping; `extra` gives further fields of each. */
  async withAuthors(cards: readonly Card[], extra: (card: Card) => string = () => ''): Promise<VideoCard[]> {
    const authors = await this.authorsOf(cards.map((card) => card.authorId));
    return cards.flatMap((card) => {
      const author = authors.get(card.authorId);
      return author ? [videoCard(card, author, extra(card))] : [];
    });
  }

  private async loadAuthors(ids: readonly number[], context: RequestContext): Promise<Map<number, AuthorPiece>> {
    const { profiles } = await this.profiles.getProfiles({ ids: [...ids], viewerId: 0 }, { context });
    return new Map(profiles.map((profile) => [profile.id, authorPiece(profile)]));
  }

  /** A like changes counts of two users: everything else about them is not asked for again. */
  private async loadWorks(ids: readonly number[], context: RequestContext): Promise<Map<number, (author: AuthorPiece) => AuthorPiece>> {
    const { counters } = await this.videos.getAuthorCounters({ userIds: [...ids] }, { context, deadlineMs: WORKS_DEADLINE_MS });
    return new Map(counters.map((works) => [works.userId, (author) => withWorks(author, works)]));
  }
}

import { ProfileServiceDefinition, VideoServiceDefinition, type Card } from '@doul/contracts';
import { MemoryCacheStore, ReadThroughCache } from '@doul/data';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { newContext, runInContext } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { cardBytes, cardText, type CardText } from './card-text.js';

/** Counts are to reach everybody within 1 s, of which the way to the RPC layer's copies takes up to 0.3. */
const FRESH_MS = 300;
const STALE_MS = 300;
const NEGATIVE_MS = 300;
/** About 40,000 cards: far more than are asked for within their 0.6 s. */
const MAX_BYTES = 64 << 20;
const MAX_ENTRIES = 50_000;

/** Cards of published videos as text, in this process, at most 0.6 s old. */
@Injectable()
export class CardCache {
  private readonly cache: ReadThroughCache<number, CardText>;

  constructor(
    @InjectRpc(VideoServiceDefinition) private readonly videos: RpcClient<typeof VideoServiceDefinition>,
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: RpcClient<typeof ProfileServiceDefinition>,
  ) {
    this.cache = new ReadThroughCache<number, CardText>({
      name: 'card-text',
      // Requests share a load, so it runs on nobody's deadline.
      load: (ids) => runInContext(newContext(nanoid()), () => this.load(ids)),
      freshMs: FRESH_MS,
      staleMs: STALE_MS,
      negativeMs: NEGATIVE_MS,
      store: new MemoryCacheStore<number, CardText>({ maxEntries: MAX_ENTRIES, maxBytes: MAX_BYTES, sizeOf: cardBytes }),
    });
  }

  /** Published videos by id; others are absent. */
  getMany(ids: readonly number[]): Promise<Map<number, CardText>> {
    return this.cache.getMany(ids);
  }

  forget(id: number): Promise<void> {
    return this.cache.forget([id]);
  }

  private async load(ids: readonly number[]): Promise<Map<number, CardText>> {
    const { cards } = await this.videos.getCards({ ids: [...ids], viewerId: 0 });
    const texts = await this.textsOf(cards);
    return new Map(texts.map((text) => [text.id, text]));
  }

  /** Cards with their authors, for what is not worth keeping. */
  async textsOf(cards: readonly Card[]): Promise<CardText[]> {
    if (cards.length === 0) return [];
    const authorIds = [...new Set(cards.map((card) => card.authorId))];
    const { profiles } = await this.profiles.getProfiles({ ids: authorIds, viewerId: 0 });
    const byId = new Map(profiles.map((profile) => [profile.id, profile]));
    return cards.flatMap((card) => {
      const author = byId.get(card.authorId);
      return author ? [cardText(card, author)] : [];
    });
  }
}

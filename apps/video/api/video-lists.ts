import { VideoServiceDefinition, type Card } from '@doul/contracts';
import { RawAnswer, answerHead, type Call } from '@doul/http';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { CardCache } from './card-cache.js';
import { videoText } from './card-text.js';
import { stateFields } from './video.view.js';
import { ViewerFlagReader } from './viewer-flags.js';

/** Turns ids into videos as the API shows them: hydration in batches, then a pure view. */
@Injectable()
export class VideoLists {
  constructor(
    private readonly cards: CardCache,
    private readonly flags: ViewerFlagReader,
    @InjectRpc(VideoServiceDefinition) private readonly videos: RpcClient<typeof VideoServiceDefinition>,
  ) {}

  /** Published videos in the order of the ids; others are left out. */
  async published(ids: readonly number[], viewerId: number): Promise<string[]> {
    const cards = await this.cards.getMany(ids);
    const shown = ids.flatMap((id) => cards.get(id) ?? []);
    const authorIds = shown.map((card) => card.authorId);
    const flags = await this.flags.read(
      viewerId,
      shown.map((card) => card.id),
      authorIds,
    );
    return shown.map((card) => videoText(card, flags));
  }

  /** The same where the authors are known already, so that cards and flags are asked for at once. */
  async entries(entries: readonly { videoId: number; authorId: number }[], viewerId: number): Promise<string[]> {
    const ids = entries.map((entry) => entry.videoId);
    const [cards, flags] = await Promise.all([
      this.cards.getMany(ids),
      this.flags.read(
        viewerId,
        ids,
        entries.map((entry) => entry.authorId),
      ),
    ]);
    return ids.flatMap((id) => {
      const card = cards.get(id);
      return card ? [videoText(card, flags)] : [];
    });
  }

  /** The viewer's own videos in every state, with state and reason; straight from the RPC layer, so an upload shows at once. */
  async own(ids: readonly number[], call: Call): Promise<string[]> {
    if (ids.length === 0) return [];
    const { viewerId } = call;
    const { cards } = await this.videos.getCards({ ids: [...ids], viewerId });
    const states = new Map<number, Card>(cards.map((card) => [card.id, card]));
    const [texts, flags] = await Promise.all([
      this.cards.textsOf(cards),
      this.flags.read(
        viewerId,
        cards.map((card) => card.id),
        [viewerId],
      ),
    ]);
    return texts.map((text) => videoText(text, flags, stateFields(states.get(text.id), call.language)));
  }
}

/** A complete answer with a list of videos; `fields` follow it, each with its comma in front. */
export const videoListAnswer = (call: Call, videos: readonly string[], fields: string): RawAnswer =>
  new RawAnswer(`${answerHead(call.language)},"video_list":[${videos.join(',')}]${fields}}`);

/** Fields of paging, present when the caller asked for a page. */
export const pageFields = (input: { cursor?: string | undefined; count?: number | undefined }, nextCursor: string): string =>
  input.cursor === undefined && input.count === undefined
    ? ''
    : `,"next_cursor":${JSON.stringify(nextCursor)},"has_more":${nextCursor !== ''}`;

import { CardStore, VideoPages } from '@doul/cards';
import { VideoServiceDefinition } from '@doul/contracts';
import type { Call, RawAnswer } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { reasonField } from './video.view.js';

/** Turns ids into videos as the API shows them. */
@Injectable()
export class VideoLists {
  constructor(
    private readonly cards: CardStore,
    private readonly pages: VideoPages,
    @InjectRpc(VideoServiceDefinition) private readonly videos: ApiClient<typeof VideoServiceDefinition>,
  ) {}

  /** Published videos in the order of the ids; others are left out. */
  async published(call: Call, ids: readonly number[], fields: string): Promise<RawAnswer> {
    return this.pages.list(call, await this.cards.published(ids), fields);
  }

  /** The viewer's own videos in every state, with state and reason; straight from the RPC layer, so an upload shows at once. */
  async own(call: Call, ids: readonly number[], fields: string): Promise<RawAnswer> {
    const request = { ids: [...ids], viewerId: call.viewerId };
    const { cards } = ids.length > 0 ? await this.videos.getCards(request, { context: call }) : { cards: [] };
    return this.pages.list(call, await this.cards.withAuthors(cards, (card) => reasonField(card, call.language)), fields);
  }
}

/** Fields of paging, present when the caller asked for a page. */
export const pageFields = (input: { cursor?: string | undefined; count?: number | undefined }, nextCursor: string): string =>
  input.cursor === undefined && input.count === undefined
    ? ''
    : `,"next_cursor":${JSON.stringify(nextCursor)},"has_more":${nextCursor !== ''}`;

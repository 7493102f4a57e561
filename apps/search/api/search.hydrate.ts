import { CardStore, VideoPages, titleOf, withFields, type VideoCard } from '@doul/cards';
import { ProfileServiceDefinition } from '@doul/contracts';
import { userOf, type Call, type RawAnswer, type User } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { highlighter } from './highlights.js';
import type { Found } from './search.service.js';

/** Turns found ids into what a viewer sees. */
@Injectable()
export class SearchHydrate {
  constructor(
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: ApiClient<typeof ProfileServiceDefinition>,
    private readonly cards: CardStore,
    private readonly pages: VideoPages,
  ) {}

  async users(ids: number[], call: Call): Promise<Map<number, User>> {
    const { profiles } = await this.profiles.getProfiles({ ids, viewerId: call.viewerId }, { context: call });
    return new Map(profiles.map((profile) => [profile.id, userOf(profile)]));
  }

  /** Removed videos, and videos whose author is unknown, are left out. */
  async videos(ids: number[]): Promise<Map<number, VideoCard>> {
    return new Map((await this.cards.published(ids)).map((card) => [card.id, card]));
  }

  /** A page of videos with their titles marked. */
  videoPage(call: Call, keyword: string, { items, nextCursor }: Found<VideoCard>): RawAnswer | Promise<RawAnswer> {
    const marked = highlighter(keyword);
    const cards = items.map((card) => withFields(card, `,"highlight":${marked(titleOf(card))}`));
    return this.pages.list(call, cards, `,"next_cursor":${JSON.stringify(nextCursor)},"has_more":${nextCursor !== ''}`);
  }
}

import { FavoriteServiceDefinition, RelationServiceDefinition, type FlagQuestion } from '@doul/contracts';
import { Batcher, InjectRpc, type RpcClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { NO_FLAGS, type ViewerFlags } from './card-text.js';

/** Questions of one GetFlags call. */
const MAX_QUESTIONS = 64;

/** What the viewer likes and follows: one question each, those about likes together with other requests'. */
@Injectable()
export class ViewerFlagReader {
  private readonly likes: Batcher<FlagQuestion, readonly number[]>;

  constructor(
    @InjectRpc(FavoriteServiceDefinition) favorites: RpcClient<typeof FavoriteServiceDefinition>,
    @InjectRpc(RelationServiceDefinition) private readonly relations: RpcClient<typeof RelationServiceDefinition>,
  ) {
    this.likes = new Batcher<FlagQuestion, readonly number[]>({
      max: MAX_QUESTIONS,
      ask: async (questions) => (await favorites.getFlags({ questions: [...questions] })).answers.map((answer) => answer.liked),
    });
  }

  /** @param viewerId 0 = anonymous, who likes and follows nothing */
  async read(viewerId: number, videoIds: readonly number[], authorIds: readonly number[]): Promise<ViewerFlags> {
    if (viewerId === 0 || videoIds.length === 0) return NO_FLAGS;
    const [liked, { following }] = await Promise.all([
      this.likes.ask({ viewerId, videoIds: [...videoIds] }),
      this.relations.getRelations({ viewerId, userIds: [...new Set(authorIds)] }),
    ]);
    return { liked: new Set(liked), followed: new Set(following) };
  }
}

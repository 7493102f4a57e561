import { FavoriteServiceDefinition, RelationServiceDefinition } from '@doul/contracts';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { NO_FLAGS, type ViewerFlags } from './card-text.js';

/** What the viewer likes and follows: one question each, those about likes together with other requests'. */
@Injectable()
export class ViewerFlagReader {
  constructor(
    @InjectRpc(FavoriteServiceDefinition) private readonly favorites: RpcClient<typeof FavoriteServiceDefinition>,
    @InjectRpc(RelationServiceDefinition) private readonly relations: RpcClient<typeof RelationServiceDefinition>,
  ) {}

  /** @param viewerId 0 = anonymous, who likes and follows nothing */
  async read(viewerId: number, videoIds: readonly number[], authorIds: readonly number[]): Promise<ViewerFlags> {
    if (viewerId === 0 || videoIds.length === 0) return NO_FLAGS;
    const [{ liked }, { following }] = await Promise.all([
      this.favorites.ask.getFlags({ viewerId, videoIds: [...videoIds] }),
      this.relations.getRelations({ viewerId, userIds: [...new Set(authorIds)] }),
    ]);
    return { liked: new Set(liked), followed: new Set(following) };
  }
}

import { CommonErrors, FavoriteOutcome, FavoriteServiceDefinition, unpackIds } from '@doul/contracts';
import { Endpoint, type AnswerOf, type Call, type InputOf, type RawAnswer } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { VideoErrors } from '../video.errors.js';
import { MAX_LIST, listFavorites, setFavorite } from './favorite.schema.js';
import { UserCheck } from './user-check.js';
import { VideoLists, pageFields } from './video-lists.js';

@Controller()
export class FavoriteController {
  constructor(
    @InjectRpc(FavoriteServiceDefinition) private readonly favorites: ApiClient<typeof FavoriteServiceDefinition>,
    private readonly lists: VideoLists,
    private readonly users: UserCheck,
  ) {}

  @Endpoint(setFavorite)
  async set(input: InputOf<typeof setFavorite>, call: Call): Promise<AnswerOf<typeof setFavorite>> {
    const favorite = { viewerId: call.viewerId, videoId: input.video_id, liked: input.action_type === 1 };
    const outcome = await this.favorites.ask.setFavorites(favorite, { context: call });
    if (outcome === FavoriteOutcome.NO_SUCH_VIDEO) throw VideoErrors.NO_SUCH_VIDEO();
    if (outcome !== FavoriteOutcome.CHANGED && outcome !== FavoriteOutcome.UNCHANGED) throw CommonErrors.UNAVAILABLE();
    return {};
  }

  @Endpoint(listFavorites)
  async list(input: InputOf<typeof listFavorites>, call: Call): Promise<RawAnswer> {
    const page = { cursor: input.cursor ?? '', limit: input.count ?? MAX_LIST };
    const answer = await this.favorites.ask.getFavoritePages({ userId: input.user_id, ...page }, { context: call });
    const { nextCursor } = answer;
    const videoIds = unpackIds(answer.videoIds);
    if (videoIds.length === 0 && page.cursor === '') await this.users.require(input.user_id, call);
    return this.lists.published(call, videoIds, pageFields(input, nextCursor));
  }
}

import { CardStore } from '@doul/cards';
import { VideoServiceDefinition } from '@doul/contracts';
import { Endpoint, type AnswerOf, type Call, type InputOf, type RawAnswer } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { MAX_LIST } from './favorite.schema.js';
import { deleteVideo, listPublished, publishVideo } from './publish.schema.js';
import { OneRequestUpload } from './one-request-upload.js';
import { UserCheck } from './user-check.js';
import { VideoLists, pageFields } from './video-lists.js';

@Controller()
export class PublishController {
  constructor(
    @InjectRpc(VideoServiceDefinition) private readonly videos: ApiClient<typeof VideoServiceDefinition>,
    private readonly uploads: OneRequestUpload,
    private readonly lists: VideoLists,
    private readonly cards: CardStore,
    private readonly users: UserCheck,
  ) {}

  @Endpoint(publishVideo)
  async publish(form: InputOf<typeof publishVideo>, call: Call): Promise<AnswerOf<typeof publishVideo>> {
    await this.uploads.receive(form, call);
    return {};
  }

  @Endpoint(listPublished)
  async list(input: InputOf<typeof listPublished>, call: Call): Promise<RawAnswer> {
    const page = { cursor: input.cursor ?? '', limit: input.count ?? MAX_LIST };
    const request = { authorId: input.user_id, viewerId: call.viewerId, ...page };
    const { ids, nextCursor } = await this.videos.listByAuthor(request, { context: call });
    if (ids.length === 0 && page.cursor === '') await this.users.require(input.user_id, call);
    const own = input.user_id === call.viewerId;
    const fields = pageFields(input, nextCursor);
    return own ? this.lists.own(call, ids, fields) : this.lists.published(call, ids, fields);
  }

  @Endpoint(deleteVideo)
  async delete(input: InputOf<typeof deleteVideo>, call: Call): Promise<AnswerOf<typeof deleteVideo>> {
    await this.videos.removeVideo({ userId: call.viewerId, videoId: input.video_id }, { context: call });
    this.cards.forget(input.video_id);
    return {};
  }
}

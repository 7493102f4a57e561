import {
  VideoServiceDefinition,
  type CreateVideoRequest,
  type CreateVideoResponse,
  type GetAuthorCountersRequest,
  type GetAuthorCountersResponse,
  type GetCardsRequest,
  type GetCardsResponse,
  type GetOwnersRequest,
  type GetOwnersResponse,
  type ListByAuthorRequest,
  type ListByAuthorResponse,
  type ListVideoChangesRequest,
  type ListVideoChangesResponse,
  type ListVideoEditsRequest,
  type ListVideoEditsResponse,
  type ReconcileVideosRequest,
  type ReconcileVideosResponse,
  type RemoveVideoRequest,
  type RemoveVideoResponse,
  type ScanVideosRequest,
  type ScanVideosResponse,
} from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import { PublicationRepository } from '../model/publication.repository.js';
import { Reconciliation } from '../model/reconciliation.js';
import { stateOf } from '../model/video.js';
import { VideoChangeLog } from '../model/video-changes.js';
import { VideoRepository, type ScannedVideo } from '../model/video.repository.js';
import { VideoErrors } from '../video.errors.js';
import { CardReader } from './card-reader.js';
import { cut, parseCursor } from './cursor.js';
import { requireAtMost } from './limits.js';
import { PublishedVideos } from './published-videos.js';

const MAX_IDS = 1_000;

@RpcController(VideoServiceDefinition)
export class VideoService implements RpcHandlers<typeof VideoServiceDefinition> {
  constructor(
    private readonly videos: VideoRepository,
    private readonly publications: PublicationRepository,
    private readonly reader: CardReader,
    private readonly reconciliation: Reconciliation,
    private readonly changes: VideoChangeLog,
    private readonly published: PublishedVideos,
  ) {}

  async createVideo(request: CreateVideoRequest): Promise<CreateVideoResponse> {
    const made = await this.videos.create(request);
    if (!made) throw VideoErrors.KEY_ALREADY_USED();
    return { videoId: made.id, created: made.created };
  }

  async getCards({ ids, viewerId }: GetCardsRequest): Promise<GetCardsResponse> {
    requireAtMost(MAX_IDS, ids, 'ids');
    return { cards: await this.reader.cards(ids, viewerId) };
  }

  async listByAuthor({ authorId, viewerId, cursor, limit }: ListByAuthorRequest): Promise<ListByAuthorResponse> {
    const size = Math.min(Math.max(1, limit), MAX_IDS);
    const before = Math.min(parseCursor(cursor), Number.MAX_SAFE_INTEGER);
    const ids = await this.videos.listByAuthor(authorId, authorId === viewerId, before, size + 1);
    const { page, nextCursor } = cut(ids, size, (id) => id);
    return { ids: page, nextCursor };
  }

  async removeVideo({ userId, videoId }: RemoveVideoRequest): Promise<RemoveVideoResponse> {
    const removal = await this.publications.remove(userId, videoId);
    if (removal === 'unknown') throw VideoErrors.NO_SUCH_VIDEO();
    if (removal === 'not-yours') throw VideoErrors.NOT_YOUR_VIDEO();
    return {};
  }

  async getOwners({ ids }: GetOwnersRequest): Promise<GetOwnersResponse> {
    requireAtMost(MAX_IDS, ids, 'ids');
    // Not as this process remembers them: whoever asks has heard of an edit that it may not have heard of yet, and would remember the old answer.
    const authors = await this.videos.publishedAuthors(ids);
    return { owners: [...authors].map(([videoId, authorId]) => ({ videoId, authorId })) };
  }

  async getAuthorCounters({ userIds }: GetAuthorCountersRequest): Promise<GetAuthorCountersResponse> {
    requireAtMost(MAX_IDS, userIds, 'user_ids');
    return { counters: await this.reader.authorCounters(userIds) };
  }

  async scanVideos({ afterId, limit, ids }: ScanVideosRequest): Promise<ScanVideosResponse> {
    requireAtMost(MAX_IDS, ids, 'ids');
    if (ids.length > 0) return { videos: (await this.videos.scanIds(ids)).map(indexed), hasMore: false };
    const size = Math.min(Math.max(1, limit), MAX_IDS);
    const rows = await this.videos.scan(afterId, size);
    return { videos: rows.map(indexed), hasMore: rows.length === size };
  }

  listVideoChanges({ cursor }: ListVideoChangesRequest): Promise<ListVideoChangesResponse> {
    return this.changes.since(cursor);
  }

  async listVideoEdits({ cursor }: ListVideoEditsRequest): Promise<ListVideoEditsResponse> {
    const { ids, ...edits } = await this.published.editsSince(cursor);
    return { videoIds: ids, ...edits };
  }

  async reconcileVideos({ cursor, limit }: ReconcileVideosRequest): Promise<ReconcileVideosResponse> {
    return this.reconciliation.page(cursor, Math.min(Math.max(1, limit), MAX_IDS));
  }
}

const indexed = ({
  id,
  authorId,
  title,
  state,
  publishedAt,
  favoriteCount,
  version,
}: ScannedVideo): ScanVideosResponse['videos'][number] => ({
  id,
  authorId,
  title,
  state: stateOf(state),
  publishedAtMs: publishedAt,
  favoriteCount: Math.max(0, favoriteCount),
  version,
});

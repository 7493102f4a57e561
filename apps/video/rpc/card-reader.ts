import { CommentServiceDefinition, type AuthorCounters, type Card } from '@doul/contracts';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { childLog } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { Cards } from '../model/cards.js';
import { UserCounters, VideoCounters } from '../model/counters.js';
import { LikeMembers } from '../model/like-members.js';
import { stateOf, type StoredVideo } from '../model/video.js';
import { MediaAddresses } from './media-addresses.js';

const log = childLog('cards');
/** Cards without comment counts are better than no cards. */
const COMMENT_COUNTS_MS = 800;

/** What of a video does not depend on the viewer, put together in batches. */
@Injectable()
export class CardReader {
  constructor(
    private readonly stored: Cards,
    private readonly videoCounters: VideoCounters,
    private readonly userCounters: UserCounters,
    private readonly members: LikeMembers,
    private readonly addresses: MediaAddresses,
    @InjectRpc(CommentServiceDefinition) private readonly comments: RpcClient<typeof CommentServiceDefinition>,
  ) {}

  /** In the order asked; removed videos are left out, and unpublished ones of others. */
  async cards(ids: readonly number[], viewerId: number): Promise<Card[]> {
    const stored = await this.stored.getMany(ids);
    const visible = ids.flatMap((id) => stored.get(id) ?? []).filter((video) => isVisible(video, viewerId));
    const shown = visible.map((video) => video.id);
    const [likes, comments] = await Promise.all([this.videoCounters.getMany(shown), this.commentCounts(shown)]);
    return visible.map((video) => this.card(video, likes.get(video.id)?.favorite_count ?? 0, comments.get(video.id) ?? 0));
  }

  /** Each field by its name: an object that begins with the fields of another costs V8 a hundred times as much. */
  private card(video: StoredVideo, favoriteCount: number, commentCount: number): Card {
    const { playUrl, coverUrl, hlsUrl, coverSmallUrl, previewUrl, storyboardUrl } = this.addresses.of(video);
    return {
      id: video.id,
      authorId: video.authorId,
      title: video.title,
      playUrl,
      coverUrl,
      favoriteCount,
      commentCount,
      state: stateOf(video.state),
      reason: video.reason,
      createdAtMs: video.createdAt,
      feedTimeMs: video.feedTime,
      version: video.version,
      width: video.width,
      height: video.height,
      durationMs: video.durationMs,
      hlsUrl,
      coverSmallUrl,
      previewUrl,
      storyboardUrl,
      blurhash: video.blurhash,
    };
  }

  private async commentCounts(ids: readonly number[]): Promise<Map<number, number>> {
    if (ids.length === 0) return new Map();
    try {
      const { counts } = await this.comments.getCommentCounts({ videoIds: [...ids] }, { deadlineMs: COMMENT_COUNTS_MS });
      return new Map(counts.map((count) => [count.videoId, count.commentCount]));
    } catch (error) {
      log.warn({ err: error }, 'comment counts are shown as 0');
      return new Map();
    }
  }

  /** Likes given are counted by the membership where it is loaded: it knows the viewer's latest like already. */
  async authorCounters(userIds: readonly number[]): Promise<AuthorCounters[]> {
    const [counters, given] = await Promise.all([this.userCounters.getMany(userIds), this.likesGiven(userIds)]);
    return userIds.map((userId) => {
      const own = counters.get(userId);
      return {
        userId,
        workCount: own?.work_count ?? 0,
        totalFavorited: own?.total_favorited ?? 0,
        favoriteCount: given.get(userId) ?? own?.favorite_count ?? 0,
      };
    });
  }

  private async likesGiven(userIds: readonly number[]): Promise<Map<number, number>> {
    try {
      return await this.members.counts(userIds);
    } catch (error) {
      log.warn({ err: error }, 'likes given are read from MySQL');
      return new Map();
    }
  }
}

const isVisible = (video: StoredVideo, viewerId: number): boolean =>
  video.state === 'published' || (video.state !== 'removed' && video.authorId === viewerId);

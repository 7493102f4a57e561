import { CommonErrors, DoulError, VideoServiceDefinition } from '@doul/contracts';
import { InjectRpc, WatchedCopies, type RpcClient } from '@doul/rpc';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { CommentErrors } from '../comment.errors.js';

/** Videos remembered: two numbers each, some 10 MB. */
const MAX_ENTRIES = 100_000;
/** Bounds how long the loss of a note of a removal could be seen, in ms. */
const KEEP_MS = 5 * 60_000;
/** A video that was removed has comments for so long at the most, and for as long those of known videos go on while video is away, in ms. */
const TRUSTED_MS = 900;

/** Who published a video, and whether it exists: remembered in this process, and forgotten with any edit of the video. */
@Injectable()
export class VideoOwners implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly owners;

  constructor(@InjectRpc(VideoServiceDefinition) videos: RpcClient<typeof VideoServiceDefinition>) {
    this.owners = new WatchedCopies({
      name: 'video-owners',
      poll: (cursor, context) => videos.listVideoEdits({ cursor }, { context }),
      changedIds: ({ videoIds }) => videoIds,
      load: async (ids) => {
        const { owners } = await videos.getOwners({ ids: [...ids] });
        return new Map(owners.map(({ videoId, authorId }) => [videoId, authorId]));
      },
      maxEntries: MAX_ENTRIES,
      keepMs: KEEP_MS,
      trustedMs: TRUSTED_MS,
    });
  }

  onApplicationBootstrap(): void {
    this.owners.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.owners.stop();
  }

  /** The author of each video, or why there is none: NO_SUCH_VIDEO_TO_COMMENT, or video cannot be asked about this one now. */
  async of(videoIds: readonly number[]): Promise<Map<number, number | DoulError>> {
    const known = this.owners.known(videoIds);
    const owners = await this.owners.getMany(videoIds).catch(asDoulError);
    const ownerOf = (id: number): number | DoulError => {
      if (owners instanceof DoulError) return known.get(id) ?? owners;
      return owners.get(id) ?? CommentErrors.NO_SUCH_VIDEO_TO_COMMENT();
    };
    return new Map(videoIds.map((id) => [id, ownerOf(id)]));
  }
}

const asDoulError = (error: unknown): DoulError => (error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error));

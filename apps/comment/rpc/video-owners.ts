import { CommonErrors, DoulError, VideoServiceDefinition } from '@doul/contracts';
import { MemoryCacheStore, ReadThroughCache } from '@doul/data';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { newContext, runInContext } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { CommentErrors } from '../comment.errors.js';

/** A video that was removed has comments for 0.9 s more at the most: both together, of which the second is for videos in use. */
const FRESH_MS = 600;
const STALE_MS = 300;
/** A video that does not exist may do so in a moment, and its author comments on it at once. */
const NEGATIVE_MS = 0;
/** As many videos as are asked about within a second, and more. */
const MAX_ENTRIES = 50_000;

/** Who published a video, and whether it exists: at most 0.9 s old, and asked for many videos at once. */
@Injectable()
export class VideoOwners {
  private readonly cache: ReadThroughCache<number, number>;

  constructor(@InjectRpc(VideoServiceDefinition) private readonly videos: RpcClient<typeof VideoServiceDefinition>) {
    this.cache = new ReadThroughCache<number, number>({
      name: 'video-owners',
      // Requests share a load, so it runs on nobody's deadline.
      load: (ids) => runInContext(newContext(nanoid()), () => this.load(ids)),
      freshMs: FRESH_MS,
      staleMs: STALE_MS,
      negativeMs: NEGATIVE_MS,
      store: new MemoryCacheStore<number, number>({ maxEntries: MAX_ENTRIES }),
    });
  }

  /** The author of each video, or why there is none: NO_SUCH_VIDEO_TO_COMMENT, or video cannot be asked about this one now. */
  async of(videoIds: readonly number[]): Promise<Map<number, number | DoulError>> {
    const owners = await this.cache.getMany(videoIds).catch(() => this.each(videoIds));
    return new Map(videoIds.map((id) => [id, owners.get(id) ?? CommentErrors.NO_SUCH_VIDEO_TO_COMMENT()]));
  }

  /** Those that are known are known also while video is away. */
  private async each(videoIds: readonly number[]): Promise<Map<number, number | DoulError | undefined>> {
    const answers = videoIds.map(async (id): Promise<[number, number | DoulError | undefined]> => {
      return [id, await this.cache.get(id).catch(asDoulError)];
    });
    return new Map(await Promise.all(answers));
  }

  private async load(ids: readonly number[]): Promise<Map<number, number>> {
    const { owners } = await this.videos.getOwners({ ids: [...ids] });
    return new Map(owners.map(({ videoId, authorId }) => [videoId, authorId]));
  }
}

const asDoulError = (error: unknown): DoulError => (error instanceof DoulError ? error : CommonErrors.INTERNAL({}, error));

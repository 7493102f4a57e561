import { childLog } from '@doul/runtime';
import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { VideoRepository } from '../model/video.repository.js';

const log = childLog('orphans');
/** Files of one look; the next look goes on where this one ended. */
const PAGE = 1_000;
/** Far longer than any upload takes, in ms: a younger file may be waiting for its row. */
const OLD_MS = 24 * 3_600_000;

/** Finds files whose API process died between storing them and creating their video: nobody will ever ask for them. */
@Injectable()
export class Orphans {
  private readonly objects: ObjectStore = objectStore();
  private cursor = '';

  constructor(private readonly videos: VideoRepository) {}

  /** Looks at the next page of the store; how many files it deleted. */
  async sweep(now = Date.now()): Promise<number> {
    const page = await this.objects.list('videos/', this.cursor, PAGE);
    this.cursor = page.next;
    const old = page.objects.filter((object) => object.modified < now - OLD_MS).map((object) => object.key);
    const known = await this.videos.knownKeys(old);
    const orphans = old.filter((key) => !known.has(key));
    await this.objects.delete(orphans);
    if (orphans.length > 0) log.info({ count: orphans.length }, 'files without a video were deleted');
    return orphans.length;
  }
}

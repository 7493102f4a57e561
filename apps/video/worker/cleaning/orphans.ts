import { childLog } from '@doul/runtime';
import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { ORPHAN_MS, VIDEO_PREFIXES } from '../../model/media-keys.js';
import { VideoRepository } from '../../model/video.repository.js';

const log = childLog('orphans');
/** Files of one look; the next look goes on where this one ended. */
const PAGE = 1_000;

/** Finds files whose process died between storing them and saying so in the database: nobody will ever ask for them. */
@Injectable()
export class Orphans {
  private readonly objects: ObjectStore = objectStore();
  private prefix = 0;
  private cursor = '';

  constructor(private readonly videos: VideoRepository) {}

  /** Looks at the next page of the store, prefix by prefix; how many files it deleted. */
  async sweep(now = Date.now()): Promise<number> {
    const page = await this.objects.list(VIDEO_PREFIXES[this.prefix] ?? '', this.cursor, PAGE);
    this.cursor = page.next;
    if (page.next === '') this.prefix = (this.prefix + 1) % VIDEO_PREFIXES.length;
    const old = page.objects.filter((object) => object.modified < now - ORPHAN_MS).map((object) => object.key);
    const orphans = await this.videos.ownerless(old);
    await this.objects.delete(orphans);
    if (orphans.length > 0) log.info({ count: orphans.length }, 'files without a video were deleted');
    return orphans.length;
  }
}

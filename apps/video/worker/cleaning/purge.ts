import { CommonErrors } from '@doul/contracts';
import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { LikeRepository } from '../../model/like.repository.js';
import { Likes } from '../../model/likes.js';
import { PublicationRepository, type Leftovers } from '../../model/publication.repository.js';
import { VideoCopies } from '../../model/video-copies.js';
import { removeSet } from '../pipeline/made-files.js';

/** Likes taken back at once. */
const BATCH = 500;
/**
 * How long after the removal a like may still arrive, in ms: it was accepted just before, by a layer that had not heard of the
 * removal, and waits in the log. Far above every deadline and lag.
 */
const SETTLED_MS = 60_000;

/** Takes away what belongs to a removed video: its place in copies, its files, its likes. Idempotent. */
@Injectable()
export class Purge {
  private readonly objects: ObjectStore = objectStore();

  constructor(
    private readonly publications: PublicationRepository,
    private readonly copies: VideoCopies,
    private readonly likes: Likes,
    private readonly rows: LikeRepository,
  ) {}

  /** @throws when something could not be taken away; the next run does the rest */
  async run(videoId: number): Promise<void> {
    const video = await this.publications.leftovers(videoId);
    if (!video) return;
    await this.copies.removed(videoId, video.authorId);
    const found = await this.takeLikesBack(videoId);
    await this.removeObjects(video);
    if (found === 0 && Date.now() - video.removedAt > SETTLED_MS) await this.publications.purged(videoId);
  }

  /** A media set is listed, so what a killed worker stored into it goes too. */
  private async removeObjects({ objectKey, coverKey, mediaSet }: Leftovers): Promise<void> {
    if (mediaSet !== '') await removeSet(this.objects, mediaSet);
    await this.objects.delete([objectKey, ...(coverKey !== '' && mediaSet === '' ? [coverKey] : [])]);
  }

  /** Through the log, as every change of a like, so that memberships and counts follow. */
  private async takeLikesBack(videoId: number): Promise<number> {
    let found = 0;
    for (let after = 0; ;) {
      const viewers = await this.rows.likersOf(videoId, after, BATCH);
      const outcomes = await this.likes.set(viewers.map((viewerId) => ({ viewerId, videoId, liked: false })));
      if (outcomes.includes('unavailable')) throw CommonErrors.UNAVAILABLE();
      found += viewers.length;
      after = viewers.at(-1) ?? 0;
      if (viewers.length < BATCH) return found;
    }
  }
}

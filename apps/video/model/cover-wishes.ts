import { Database } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { MediaJobRepository } from './media-job.repository.js';
import { VIDEO_COLUMNS, type StoredVideo } from './video.js';

export type WishOutcome = 'accepted' | 'unknown' | 'not-published' | 'too-late';

/** Covers that authors choose: a job of the worker, of which the latest wish counts. */
@Injectable()
export class CoverWishes {
  constructor(
    private readonly database: Database,
    private readonly jobs: MediaJobRepository,
  ) {}

  /** @param atMs moment of the video, in ms */
  wish(userId: number, videoId: number, atMs: number): Promise<WishOutcome> {
    return this.database.transaction(async (tx) => {
      const video = await tx.one<StoredVideo>(`SELECT ${VIDEO_COLUMNS} FROM videos v WHERE v.id = ? FOR UPDATE`, [videoId]);
      if (video?.authorId !== userId || video.state === 'removed') return 'unknown';
      // Videos older than media sets have no file that a cover is made of.
      if (video.state !== 'published' || video.mediaSet === '') return 'not-published';
      if (video.durationMs > 0 && atMs > video.durationMs) return 'too-late';
      await this.jobs.add(tx, videoId, 'cover', { atMs });
      return 'accepted';
    });
  }
}

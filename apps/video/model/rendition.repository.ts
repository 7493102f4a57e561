import { VideoUpdatedEvent } from '@doul/contracts';
import { Database, type Tx } from '@doul/data';
import { Outbox } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { MediaJobRepository, type Claim, type ClaimedVideo } from './media-job.repository.js';
import { namesIn, StatusLog } from './status-log.js';
import { VideoCopies } from './video-copies.js';

/** What is made of a published video behind its publication. False = the worker's job is no longer its own, and nothing was changed. */
@Injectable()
export class RenditionRepository {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly jobs: MediaJobRepository,
    private readonly status: StatusLog,
    private readonly copies: VideoCopies,
  ) {}

  /**
   * Further renditions exist. Their job goes on: the master playlist is written from this row, and only then it is done.
   *
   * @param renditions JSON of all of them
   */
  addRenditions(claim: Claim, renditions: string): Promise<boolean> {
    return this.change(claim, async (tx, { id }) => {
      await tx.execute('UPDATE videos SET renditions = ? WHERE id = ?', [renditions, id]);
      await this.status.append(tx, id, { state: 'published', percent: 100, renditions: namesIn(renditions) });
    });
  }

  addPictures(claim: Claim): Promise<boolean> {
    return this.change(claim, async (tx, { id }) => {
      await tx.execute('UPDATE videos SET pictures = 1, version = version + 1 WHERE id = ?', [id]);
      await this.jobs.done(tx, claim);
      tx.afterCommit(() => this.copies.changed(id));
    });
  }

  setCover(claim: Claim, coverKey: string, blurhash: string): Promise<boolean> {
    return this.change(claim, async (tx, { id, authorId, version }) => {
      await tx.execute('UPDATE videos SET cover_key = ?, blurhash = ?, version = version + 1 WHERE id = ?', [coverKey, blurhash, id]);
      this.outbox.append(tx, VideoUpdatedEvent, { videoId: id, authorId, version: version + 1 });
      await this.jobs.done(tx, claim);
      tx.afterCommit(() => this.copies.changed(id));
    });
  }

  /** All renditions are made and named in the playlist. @param keepOriginal whether the upload stays */
  finished(claim: Claim, keepOriginal: boolean): Promise<boolean> {
    return this.change(claim, async (tx, { id, renditions }) => {
      if (!keepOriginal) await tx.execute('UPDATE videos SET original = 0 WHERE id = ?', [id]);
      await this.jobs.done(tx, claim);
      await this.status.append(tx, id, { state: 'published', percent: 100, renditions: namesIn(renditions) });
    });
  }

  private change(claim: Claim, work: (tx: Tx, video: ClaimedVideo) => Promise<void>): Promise<boolean> {
    return this.database.transaction(async (tx) => {
      const video = await this.jobs.lock(tx, claim);
      if (!video) return false;
      await work(tx, video);
      return true;
    });
  }
}

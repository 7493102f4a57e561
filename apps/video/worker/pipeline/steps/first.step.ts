import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MASTER_FILE, setPrefix } from '../../../model/media-keys.js';
import { MediaJobRepository } from '../../../model/media-job.repository.js';
import { PublicationRepository, type Publication } from '../../../model/publication.repository.js';
import { makeFirst } from '../../media/first.js';
import { planLadder } from '../../media/ladder.js';
import { masterPlaylist } from '../../media/playlist.js';
import { UndecodableError } from '../../media/undecodable.js';
import { FrameFiles } from '../frame-files.js';
import { removeSet, storeFolder } from '../made-files.js';
import { mustOwn, Rejection, type MediaStep, type StepRun } from '../media-step.js';
import { sourceOf, withFolder } from '../media-set.js';
import { SourceFiles } from '../source-files.js';

/** Encoding is nearly all of it; packaging, the cover and storing the files are the rest. */
const ENCODED_SHARE = 0.9;

/** Makes the first rendition with its cover and publishes the video. Each try has a media set of its own, so two never mix, and removes that of a try that was killed. */
@Injectable()
export class FirstStep implements MediaStep {
  private readonly objects: ObjectStore = objectStore();

  constructor(
    private readonly sources: SourceFiles,
    private readonly frames: FrameFiles,
    private readonly jobs: MediaJobRepository,
    private readonly publications: PublicationRepository,
  ) {}

  async run(run: StepRun): Promise<void> {
    const { claim } = run;
    const mediaSet = nanoid();
    if (claim.job.scratch !== '') await removeSet(this.objects, claim.job.scratch);
    mustOwn(await this.jobs.setScratch(claim, mediaSet));
    const argument = sourceOf(claim.job);
    const discard = async (): Promise<void> => {
      await Promise.all([this.frames.drop(claim.video.id), removeSet(this.objects, mediaSet).catch(() => undefined)]);
    };
    const publication = await this.make(run, mediaSet).catch(async (error: unknown) => {
      await discard();
      throw error instanceof UndecodableError ? new Rejection(error.reason) : error;
    });
    const next = [
      { step: 'ladder', argument },
      { step: 'pictures', argument },
    ] as const;
    // When this throws, nobody knows whether the video names these files now: then they are the cleaner's.
    const isPublished = await this.publications.publish(claim, publication, next);
    if (!isPublished) await discard();
    mustOwn(isPublished);
  }

  private make({ claim, signal, progress }: StepRun, mediaSet: string): Promise<Publication> {
    const source = sourceOf(claim.job);
    return this.sources.with(claim.video, { signal }, ({ path }) =>
      withFolder((parts) =>
        withFolder(async (folder) => {
          const { first, rest } = planLadder(source);
          // What went wrong before may have been the disk.
          const kept = first.copyPicture || claim.job.claims > 1 ? [] : rest;
          const onProgress = (share: number): void => progress(share * ENCODED_SHARE);
          const { made, cover } = await this.frames.write(claim.video.id, source, kept, (frames) =>
            makeFirst({ path, source, first }, { parts, made: folder }, { nonce: nanoid(), frames, signal, onProgress }),
          );
          await writeFile(join(folder, MASTER_FILE), masterPlaylist([made]));
          await storeFolder(this.objects, folder, setPrefix(mediaSet), signal);
          const coverKey = `${setPrefix(mediaSet)}${cover.files.cover}`;
          return { mediaSet, coverKey, blurhash: cover.blurhash, renditions: JSON.stringify([made]) };
        }),
      ),
    );
  }
}

import { Injectable } from '@nestjs/common';
import { PublicationRepository } from '../../../model/publication.repository.js';
import { examineFile } from '../../media/examine.js';
import { Rejection, mustOwn, type MediaStep, type StepRun } from '../media-step.js';
import { SourceFiles } from '../source-files.js';

/** Fetching is the larger part of a probe; reading is the rest. */
const FETCHED_SHARE = 0.7;

/** Fetches an upload, compares it with what its uploader said of it, and examines it. */
@Injectable()
export class ProbeStep implements MediaStep {
  constructor(
    private readonly sources: SourceFiles,
    private readonly publications: PublicationRepository,
  ) {}

  async run({ claim, signal, progress }: StepRun): Promise<void> {
    const { sha256 } = claim.video;
    await this.sources.with(claim.video, { signal, onProgress: (share) => progress(share * FETCHED_SHARE) }, async (source) => {
      if (sha256 !== '' && source.sha256 !== sha256) throw new Rejection('wrong-hash');
      const onProgress = (share: number): void => progress(FETCHED_SHARE + share * (1 - FETCHED_SHARE));
      const found = await examineFile(source.path, { signal, onProgress });
      if (!found.ok) {
        this.sources.drop(claim.video.id);
        throw new Rejection(found.reason);
      }
      const { width, height, durationMs } = found;
      mustOwn(await this.publications.probed(claim, { width, height, durationMs }, found));
    });
  }
}

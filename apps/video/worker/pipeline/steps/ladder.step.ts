import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { join } from 'node:path';
import { MediaJobRepository, type ClaimedVideo } from '../../../model/media-job.repository.js';
import { MASTER_FILE, PLAY_FILE, setPrefix } from '../../../model/media-keys.js';
import { RenditionRepository } from '../../../model/rendition.repository.js';
import { planLadder, sizeAtMost, type Rendition } from '../../media/ladder.js';
import { masterPlaylist } from '../../media/playlist.js';
import type { Made } from '../../media/made.js';
import { makeRest, type Ingredients } from '../../media/rest.js';
import { FrameFiles } from '../frame-files.js';
import { MASTER_CACHE, PLAYLIST_TYPE, publicly, removeFolder, storeFolder } from '../made-files.js';
import { mustOwn, type MediaStep, type StepRun } from '../media-step.js';
import { mediaWorkConfig } from '../media-work.config.js';
import { fetchTo, renditionsOf, sourceOf, withFolder } from '../media-set.js';
import { SourceFiles } from '../source-files.js';
import { requireSpace } from '../temp-files.js';

/**
 * Makes the other renditions in one run of the encoder and adds them to the master playlist, whose address stays. The row says
 * what exists before the playlist does, so a try that was killed between both only writes the playlist again.
 */
@Injectable()
export class LadderStep implements MediaStep {
  private readonly objects: ObjectStore = objectStore();

  constructor(
    private readonly sources: SourceFiles,
    private readonly frames: FrameFiles,
    private readonly jobs: MediaJobRepository,
    private readonly renditions: RenditionRepository,
  ) {}

  async run(run: StepRun): Promise<void> {
    const { claim } = run;
    const { video } = claim;
    const { rest } = planLadder(sourceOf(claim.job));
    let made = renditionsOf(video);
    const missing = rest.filter(({ name }) => !made.some((one) => one.name === name));
    if (missing.length > 0) {
      made = [...made, ...(await this.make(run, missing))];
      mustOwn(await this.renditions.addRenditions(claim, JSON.stringify(made)));
    }
    await this.writeMaster(video, made);
    const keepOriginal = mediaWorkConfig().MEDIA_KEEP_ORIGINALS;
    mustOwn(await this.renditions.finished(claim, keepOriginal));
    this.sources.drop(video.id);
    await this.frames.drop(video.id);
    if (!keepOriginal) await this.objects.delete([video.objectKey]);
  }

  /** Each try stores into a folder of its own, so two never mix, and removes that of a try that was killed. */
  private async make({ claim, signal, progress }: StepRun, rest: readonly Rendition[]): Promise<Made[]> {
    const prefix = setPrefix(claim.video.mediaSet);
    const attempt = nanoid();
    if (claim.job.scratch !== '') await removeFolder(this.objects, `${prefix}${claim.job.scratch}/`);
    mustOwn(await this.jobs.setScratch(claim, attempt));
    const source = sourceOf(claim.job);
    return this.withPicture(claim.video, rest, signal, (picture) =>
      withFolder(async (input) => {
        const play = join(input, PLAY_FILE);
        const bytes = sizeAtMost(source, rest);
        if (source.hasAudio) await fetchTo(this.objects, `${prefix}${PLAY_FILE}`, play, bytes, signal);
        else await requireSpace(bytes);
        return withFolder(async (folder) => {
          const made = await makeRest({ play, picture }, source, rest, folder, { signal, onProgress: progress });
          await storeFolder(this.objects, folder, `${prefix}${attempt}/`, signal);
          return made.map((one) => ({ ...one, uri: `${attempt}/${one.name}.m3u8` }));
        });
      }),
    );
  }

  /** Runs `use` with the frames that were kept, or with the source when none were. */
  private async withPicture<T extends object>(
    video: ClaimedVideo,
    rest: readonly Rendition[],
    signal: AbortSignal,
    use: (picture: Ingredients['picture']) => Promise<T>,
  ): Promise<T> {
    const made = await this.frames.read(video.id, rest, use);
    return made ?? this.sources.with(video, { signal }, ({ path }) => use(path));
  }

  private async writeMaster({ mediaSet }: ClaimedVideo, made: readonly Made[]): Promise<void> {
    const key = `${setPrefix(mediaSet)}${MASTER_FILE}`;
    await this.objects.put(key, Buffer.from(masterPlaylist(made)), { contentType: PLAYLIST_TYPE, ...publicly(MASTER_CACHE) });
  }
}

import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { join } from 'node:path';
import { PLAY_FILE, setPrefix } from '../../../model/media-keys.js';
import { RenditionRepository } from '../../../model/rendition.repository.js';
import { makePreview, makeStoryboard, PICTURES_BYTES } from '../../media/pictures.js';
import { storeFolder } from '../made-files.js';
import { mustOwn, type MediaStep, type StepRun } from '../media-step.js';
import { fetchTo, sourceOf, withFolder } from '../media-set.js';

/** Makes the animated preview and the storyboard of a published video. Repeating it makes the same files. */
@Injectable()
export class PicturesStep implements MediaStep {
  private readonly objects: ObjectStore = objectStore();

  constructor(private readonly renditions: RenditionRepository) {}

  async run({ claim, signal }: StepRun): Promise<void> {
    const source = sourceOf(claim.job);
    const prefix = setPrefix(claim.video.mediaSet);
    await withFolder(async (input) => {
      const path = join(input, PLAY_FILE);
      await fetchTo(this.objects, `${prefix}${PLAY_FILE}`, path, PICTURES_BYTES, signal);
      await withFolder(async (folder) => {
        await makePreview(path, source, folder, { signal });
        await makeStoryboard(path, source, folder, { signal });
        await storeFolder(this.objects, folder, prefix, signal);
      });
    });
    mustOwn(await this.renditions.addPictures(claim));
  }
}

import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { nanoid } from 'nanoid';
import { join } from 'node:path';
import { PLAY_FILE, setPrefix, smallCoverKey } from '../../../model/media-keys.js';
import { RenditionRepository } from '../../../model/rendition.repository.js';
import { makeCover, PICTURES_BYTES } from '../../media/pictures.js';
import { storeFolder } from '../made-files.js';
import { mustOwn, type MediaStep, type StepRun } from '../media-step.js';
import { fetchTo, withFolder } from '../media-set.js';

/** Former covers stay that long, in ms: somebody may be looking at a page that names them. */
const KEPT_MS = 3_600_000;
const MAX_COVERS = 1_000;

/** What the author asked for. */
export interface CoverWish {
  /** Moment of the video, in ms. */
  readonly atMs: number;
}

/** Makes the cover of another moment of a published video. */
@Injectable()
export class CoverStep implements MediaStep {
  private readonly objects: ObjectStore = objectStore();

  constructor(private readonly renditions: RenditionRepository) {}

  async run({ claim, signal }: StepRun): Promise<void> {
    const { atMs } = JSON.parse(claim.job.argument ?? '{"atMs":0}') as CoverWish;
    const prefix = setPrefix(claim.video.mediaSet);
    const coverKey = await withFolder(async (input) => {
      const path = join(input, PLAY_FILE);
      await fetchTo(this.objects, `${prefix}${PLAY_FILE}`, path, PICTURES_BYTES, signal);
      return withFolder(async (folder) => {
        const { blurhash, files } = await makeCover(path, folder, { atMs, nonce: nanoid(), signal });
        await storeFolder(this.objects, folder, prefix, signal);
        const key = `${prefix}${files.cover}`;
        mustOwn(await this.renditions.setCover(claim, key, blurhash));
        return key;
      });
    });
    await this.removeFormer(prefix, coverKey);
  }

  private async removeFormer(prefix: string, coverKey: string): Promise<void> {
    const { objects } = await this.objects.list(`${prefix}cover-`, '', MAX_COVERS);
    const kept = new Set([coverKey, smallCoverKey(coverKey)]);
    const former = objects.filter(({ key, modified }) => !kept.has(key) && modified < Date.now() - KEPT_MS);
    await this.objects.delete(former.map(({ key }) => key));
  }
}

import { addReadyCheck, childLog } from '@doul/runtime';
import { encodePng, objectStore } from '@doul/storage';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';

const log = childLog('cards');

/** Object that every video's cover is until the worker has made its own. */
export const DEFAULT_COVER_KEY = 'defaults/cover.png';

const WIDTH = 270;
const HEIGHT = 480;

/** A quiet dark gradient, portrait. */
export const defaultCover = (): Buffer => encodePng(WIDTH, HEIGHT, (_, y) => [24 + 40 * y, 22 + 40 * y, 40 + 40 * y]);

/** Makes sure that the default cover answers before anybody is given its address. */
@Injectable()
export class DefaultCover implements OnApplicationBootstrap {
  private stored = false;

  onApplicationBootstrap(): void {
    addReadyCheck({ name: 'default-cover', check: () => this.ensure() });
  }

  private async ensure(): Promise<void> {
    if (this.stored) return;
    await objectStore().put(DEFAULT_COVER_KEY, defaultCover(), { contentType: 'image/png' });
    this.stored = true;
    log.debug({ key: DEFAULT_COVER_KEY }, 'default cover stored');
  }
}

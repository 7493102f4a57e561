import { childLog } from '@doul/runtime';
import { encodePng, objectStore, type Pixel } from '@doul/storage';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';

const log = childLog('usercenter');

export const DEFAULT_AVATAR_KEY = 'defaults/avatar.png';
export const DEFAULT_BACKGROUND_KEY = 'defaults/background.png';
export const DEFAULT_SIGNATURE = '这个人很懒，什么都没有留下';

/** Pause between tries while the object store is away, in ms. */
const RETRY_MS = 5_000;

const blend = (from: Pixel, to: Pixel, part: number): Pixel => [
  from[0] + (to[0] - from[0]) * part,
  from[1] + (to[1] - from[1]) * part,
  from[2] + (to[2] - from[2]) * part,
];

const SKY: Pixel = [94, 129, 244];
const DUSK: Pixel = [255, 138, 128];
const LIGHT: Pixel = [245, 247, 252];

/** Head and shoulders on a gradient. */
function avatarPixel(x: number, y: number): Pixel {
  const head = (x - 0.5) ** 2 + (y - 0.38) ** 2 < 0.17 ** 2;
  const shoulders = ((x - 0.5) / 0.34) ** 2 + ((y - 0.98) / 0.36) ** 2 < 1;
  return head || shoulders ? LIGHT : blend(SKY, DUSK, (x + y) / 2);
}

/** Two hills under an evening sky. */
function backgroundPixel(x: number, y: number): Pixel {
  if (y > 0.72 + 0.12 * Math.sin(x * 5)) return [38, 50, 96];
  if (y > 0.62 + 0.1 * Math.sin(x * 4 + 2)) return [62, 80, 142];
  return blend(SKY, DUSK, y);
}

/** Makes sure that the pictures of users who chose none exist in the object store. */
@Injectable()
export class DefaultImages implements OnApplicationBootstrap {
  onApplicationBootstrap(): void {
    void this.ensure();
  }

  /** Puts what is missing; tries again until the object store answers. Nobody waits for it: a picture may come later than a profile. */
  async ensure(): Promise<void> {
    try {
      await this.putMissing(DEFAULT_AVATAR_KEY, () => encodePng(240, 240, avatarPixel));
      await this.putMissing(DEFAULT_BACKGROUND_KEY, () => encodePng(720, 405, backgroundPixel));
    } catch (error) {
      log.warn({ err: error }, 'the default pictures are not stored yet');
      setTimeout(() => void this.ensure(), RETRY_MS).unref();
    }
  }

  private async putMissing(key: string, make: () => Buffer): Promise<void> {
    if (await objectStore().head(key)) return;
    await objectStore().put(key, make(), { contentType: 'image/png' });
  }
}

import { addReadyCheck, childLog } from '@doul/runtime';
import { objectStore } from '@doul/storage';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { crc32, deflateSync } from 'node:zlib';

const log = childLog('cards');

/** Object that every video's cover is until the worker has made its own. */
export const DEFAULT_COVER_KEY = 'defaults/cover.png';

const WIDTH = 270;
const HEIGHT = 480;

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** A quiet dark gradient as a PNG of 270 x 480 (RGB, 8 bits; ISO/IEC 15948). */
export function defaultCover(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Array.from({ length: HEIGHT }, (_, y) => {
    const light = Math.round((y / HEIGHT) * 40);
    return Buffer.concat([Buffer.from([0]), Buffer.alloc(WIDTH * 3, Buffer.from([24 + light, 22 + light, 40 + light]))]);
  });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.concat(rows))), chunk('IEND', Buffer.alloc(0))]);
}

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

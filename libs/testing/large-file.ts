import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { clip } from './clip-files.js';

const CHUNK = 1 << 20;

export interface LargeFile {
  readonly path: string;
  readonly sha256: string;
  remove(): Promise<void>;
}

/**
 * A playable MP4 of exactly so many bytes: a short clip, and behind it a box that players skip, full of random bytes, so that every
 * part of it is different and none compresses.
 */
export async function largeFile(bytes: number): Promise<LargeFile> {
  const folder = await mkdtemp(join(tmpdir(), 'doul-large-'));
  const path = join(folder, 'large.mp4');
  await copyFile(await clip({ seconds: 1, width: 144, height: 256 }), path);
  const file = await open(path, 'a');
  try {
    const { size } = await stat(path);
    const header = Buffer.alloc(16);
    header.writeUInt32BE(1, 0);
    header.write('free', 4, 'latin1');
    header.writeBigUInt64BE(BigInt(bytes - size), 8);
    await file.write(header);
    const random = createCipheriv('aes-128-ctr', randomBytes(16), randomBytes(16));
    const zeros = Buffer.alloc(CHUNK);
    for (let left = bytes - size - header.length; left > 0; left -= CHUNK)
      await file.write(random.update(zeros.subarray(0, Math.min(left, CHUNK))));
  } finally {
    await file.close();
  }
  return { path, sha256: await sha256Of(createReadStream(path)), remove: () => rm(folder, { recursive: true, force: true }) };
}

export async function sha256Of(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

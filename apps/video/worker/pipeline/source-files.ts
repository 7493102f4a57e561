import { isStorageProblem, objectStore, type ObjectStore } from '@doul/storage';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ClaimedVideo } from '../../model/media-job.repository.js';
import { mediaConfig } from '../media/media.config.js';
import { mediaWorkConfig } from './media-work.config.js';
import { Rejection } from './media-step.js';
import { newFolder, requireSpace } from './temp-files.js';

/** Renditions and pictures together are rarely larger than what they are made of. */
const WORK_FACTOR = 2;

export interface SourceFile {
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
}

interface Kept extends SourceFile {
  readonly size: number;
  users: number;
}

interface FetchOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (share: number) => void;
}

/**
 * Uploads on this worker's disk. A file stays for the video's next steps while there is room, since these mostly follow at once on the
 * same worker.
 */
@Injectable()
export class SourceFiles implements OnApplicationShutdown {
  private readonly objects: ObjectStore = objectStore();
  /** By video, the least recently used first. */
  private readonly kept = new Map<number, Kept>();

  /** @throws Rejection when the object is gone or larger than it may be; Error when there is no room for it now */
  async with<T>(video: ClaimedVideo, options: FetchOptions, use: (source: SourceFile) => Promise<T>): Promise<T> {
    const kept = this.kept.get(video.id);
    const file = kept ?? (await this.fetch(video, options));
    this.kept.delete(video.id);
    this.kept.set(video.id, file);
    file.users += 1;
    try {
      if (kept) await requireSpace(video.sizeBytes * WORK_FACTOR);
      return await use(file);
    } finally {
      file.users -= 1;
      this.makeRoom(0);
    }
  }

  /** Removes a video's file; nothing of it follows here. */
  drop(videoId: number): void {
    const file = this.kept.get(videoId);
    this.kept.delete(videoId);
    if (file) void rm(dirname(file.path), { recursive: true, force: true });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.kept.values()].map((file) => rm(dirname(file.path), { recursive: true, force: true })));
  }

  private async fetch(video: ClaimedVideo, { signal, onProgress }: FetchOptions): Promise<Kept> {
    this.makeRoom(video.sizeBytes);
    await requireSpace(video.sizeBytes * (1 + WORK_FACTOR));
    const folder = await newFolder();
    try {
      const path = join(folder, 'source');
      const hash = createHash('sha256');
      let size = 0;
      const meter = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          size += chunk.length;
          hash.update(chunk);
          onProgress?.(video.sizeBytes > 0 ? size / video.sizeBytes : 0);
          // Whatever else lies in the bucket must not fill the disk.
          done(size > mediaConfig().VIDEO_MAX_MEGABYTES * 2 ** 20 ? new Rejection('too-large') : null, chunk);
        },
      });
      await pipeline(await this.objects.getStream(video.objectKey), meter, createWriteStream(path), { signal });
      return { path, sha256: hash.digest('hex'), size, users: 0 };
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw isStorageProblem(error, 'not-found') ? new Rejection('missing') : error;
    }
  }

  /** Drops files that nobody uses until `bytes` more fit. */
  private makeRoom(bytes: number): void {
    let used = [...this.kept.values()].reduce((sum, { size }) => sum + size, bytes);
    for (const [id, { users, size }] of this.kept) {
      if (used <= mediaWorkConfig().MEDIA_CACHE_BYTES) return;
      if (users > 0) continue;
      this.drop(id);
      used -= size;
    }
  }
}

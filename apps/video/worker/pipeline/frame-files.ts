import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { framesSize, type Frames } from '../media/frames.js';
import type { Rendition } from '../media/ladder.js';
import type { Source } from '../media/source.js';
import { mediaWorkConfig } from './media-work.config.js';
import { newFolder, requireSpace } from './temp-files.js';

/** Another worker may make the other renditions: then nobody asks for these here, in ms. */
const KEPT_MS = 15 * 60_000;

/** Decoded frames on this worker's disk, from a video's first rendition to its last. They save work and nothing depends on them. */
@Injectable()
export class FrameFiles implements OnApplicationShutdown {
  private readonly kept = new Map<number, Frames>();

  /** Makes room for the frames of a video whose other renditions follow; undefined when there is none. */
  async reserve(videoId: number, source: Source, rest: readonly Rendition[]): Promise<Frames | undefined> {
    await this.drop(videoId);
    const [largest] = rest;
    const bytes = framesSize(source, rest);
    const used = [...this.kept.values()].reduce((sum, frames) => sum + frames.bytes, 0);
    if (!largest || used + bytes > mediaWorkConfig().MEDIA_FRAMES_BYTES) return undefined;
    const hasSpace = await requireSpace(bytes).then(
      () => true,
      () => false,
    );
    if (!hasSpace) return undefined;
    const { width, height, fps } = largest;
    const frames = { path: join(await newFolder(), 'frames.nut'), bytes, width, height, fps };
    this.kept.set(videoId, frames);
    setTimeout(() => this.kept.get(videoId) === frames && void this.drop(videoId), KEPT_MS).unref();
    return frames;
  }

  /** The frames that were kept of a video for these renditions. */
  of(videoId: number, rest: readonly Rendition[]): Frames | undefined {
    const frames = this.kept.get(videoId);
    return frames && frames.width === rest[0]?.width && frames.height === rest[0].height && existsSync(frames.path) ? frames : undefined;
  }

  /** Removes a video's frames. */
  async drop(videoId: number): Promise<void> {
    const frames = this.kept.get(videoId);
    this.kept.delete(videoId);
    if (frames) await rm(dirname(frames.path), { recursive: true, force: true });
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.kept.keys()].map((id) => this.drop(id)));
  }
}

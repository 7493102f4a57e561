import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { framesSize, type Frames } from '../media/frames.js';
import type { Rendition } from '../media/ladder.js';
import type { Source } from '../media/source.js';
import { mediaWorkConfig } from './media-work.config.js';
import { newFolder, requireSpace } from './temp-files.js';

/** Another worker may make the other renditions: then nobody asks for these here, in ms. A file that no video needs goes then, too. */
const KEPT_MS = 15 * 60_000;

interface Kept {
  readonly frames: Frames;
  /** Who writes or reads them now. */
  users: number;
}

interface Spare {
  readonly path: string;
  readonly bytes: number;
}

/**
 * Decoded frames on this worker's disk, from a video's first rendition to its last. They save work and nothing depends on them.
 * A file is used again for the next video: writing over memory that the system has given to it costs a fraction of what fresh memory
 * does, above all on virtual machines.
 */
@Injectable()
export class FrameFiles implements OnApplicationShutdown {
  private readonly kept = new Map<number, Kept>();
  private spares: readonly Spare[] = [];
  /** The last of those who look for a place: one after the other, so that none counts what another is about to take. */
  private looking: Promise<unknown> = Promise.resolve();

  /** Runs `use` with a place for the frames of a video whose other renditions follow; with undefined when there is none. None are kept when it throws. */
  async write<T>(videoId: number, source: Source, rest: readonly Rendition[], use: (frames: Frames | undefined) => Promise<T>): Promise<T> {
    const place = this.looking.then(() => this.reserve(videoId, source, rest));
    this.looking = place.catch(() => undefined);
    const kept = await place;
    if (!kept) return use(undefined);
    try {
      return await using(kept, () => use(kept.frames));
    } catch (error) {
      // Half of them may be those of the video before.
      if (this.kept.get(videoId) === kept) await this.drop(videoId);
      throw error;
    }
  }

  /** Runs `use` with the frames that were kept of a video for these renditions; undefined, without running it, when none were. */
  async read<T>(videoId: number, rest: readonly Rendition[], use: (frames: Frames) => Promise<T>): Promise<T | undefined> {
    const kept = this.kept.get(videoId);
    if (!kept || kept.frames.width !== rest[0]?.width || kept.frames.height !== rest[0].height) return undefined;
    return using(kept, async () => ((await isWhole(kept.frames)) ? use(kept.frames) : undefined));
  }

  /** Gives up a video's frames. A file that somebody still writes or reads is never used again: they keep what they have opened. */
  async drop(videoId: number): Promise<void> {
    const kept = this.kept.get(videoId);
    this.kept.delete(videoId);
    if (!kept) return;
    const { path, bytes } = kept.frames;
    if (kept.users > 0) return remove({ path });
    const spare = { path, bytes };
    this.spares = [...this.spares, spare];
    setTimeout(() => this.spares.includes(spare) && void this.removeSpare(spare), KEPT_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...[...this.kept.values()].map(({ frames }) => frames), ...this.spares].map(remove));
    this.kept.clear();
    this.spares = [];
  }

  private async reserve(videoId: number, source: Source, rest: readonly Rendition[]): Promise<Kept | undefined> {
    await this.drop(videoId);
    const frames = await this.findPlace(source, rest);
    if (!frames) return undefined;
    const kept = { frames, users: 0 };
    this.kept.set(videoId, kept);
    setTimeout(() => this.kept.get(videoId) === kept && void this.drop(videoId), KEPT_MS).unref();
    return kept;
  }

  private async findPlace(source: Source, rest: readonly Rendition[]): Promise<Frames | undefined> {
    const [largest] = rest;
    const bytes = framesSize(source, rest);
    if (!largest || !(await this.makeRoom(bytes))) return undefined;
    const spare = this.takeSpare();
    const hasSpace = await requireSpace(Math.max(0, bytes - (spare?.bytes ?? 0)) + (await this.unwritten())).then(
      () => true,
      () => false,
    );
    const { width, height, fps } = largest;
    if (hasSpace) return { path: spare?.path ?? join(await newFolder(), 'frames'), bytes, width, height, fps };
    if (spare) await remove(spare);
    return undefined;
  }

  /** What others have still to write: it is free on the disk, but not for long. */
  private async unwritten(): Promise<number> {
    const rest = await Promise.all(
      [...this.kept.values()].map(async ({ frames: { path, bytes } }) => Math.max(0, bytes - (await sizeOf(path)))),
    );
    return rest.reduce((sum, one) => sum + one, 0);
  }

  /** Removes spare files until so many more bytes fit; false when they do not. */
  private async makeRoom(bytes: number): Promise<boolean> {
    const kept = [...this.kept.values()].reduce((sum, { frames }) => sum + frames.bytes, bytes);
    const room = mediaWorkConfig().MEDIA_FRAMES_BYTES - kept;
    // One of them will be used for this video, so its bytes count once.
    const [, ...others] = this.spares;
    for (const spare of others) {
      if (this.spares.slice(1).reduce((sum, one) => sum + one.bytes, 0) <= room) break;
      await this.removeSpare(spare);
    }
    return room >= 0;
  }

  private takeSpare(): Spare | undefined {
    const [spare, ...others] = this.spares;
    this.spares = others;
    return spare;
  }

  private async removeSpare(spare: Spare): Promise<void> {
    this.spares = this.spares.filter((one) => one !== spare);
    await remove(spare);
  }
}

async function using<T>(kept: Kept, use: () => Promise<T>): Promise<T> {
  kept.users += 1;
  try {
    return await use();
  } finally {
    kept.users -= 1;
  }
}

const remove = ({ path }: { readonly path: string }): Promise<void> => rm(dirname(path), { recursive: true, force: true });

/** Whether exactly these frames are there: whoever wrote them may have been killed, or the file be gone. */
const isWhole = async ({ path, bytes }: Frames): Promise<boolean> => (await sizeOf(path)) === bytes;

/** 0 when there is no such file. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );

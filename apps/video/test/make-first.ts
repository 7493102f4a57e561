import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Watch } from '../worker/media/ffmpeg.js';
import { encodeFirst, packageFirst } from '../worker/media/first.js';
import type { Frames } from '../worker/media/frames.js';
import type { Rendition } from '../worker/media/ladder.js';
import type { Source } from '../worker/media/source.js';
import type { Made } from '../worker/media/made.js';

/** The rendition that is published first, in `folder`, as a worker makes it. */
export async function makeFirst(
  path: string,
  source: Source,
  first: Rendition,
  folder: string,
  watch: Watch & { readonly frames?: Frames | undefined } = {},
): Promise<Made> {
  const parts = await mkdtemp(join(tmpdir(), 'doul-first-'));
  try {
    return await packageFirst(await encodeFirst(path, source, first, parts, watch), source, first, folder, watch.signal);
  } finally {
    await rm(parts, { recursive: true });
  }
}

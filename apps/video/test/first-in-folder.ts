import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFirst, type FirstOptions } from '../worker/media/first.js';
import type { Rendition } from '../worker/media/ladder.js';
import type { Source } from '../worker/media/source.js';
import type { Made } from '../worker/media/made.js';

/** The rendition that is published first, in `folder`, as a worker makes it. */
export async function firstInFolder(
  path: string,
  source: Source,
  first: Rendition,
  folder: string,
  options: Partial<FirstOptions> = {},
): Promise<Made> {
  const parts = await mkdtemp(join(tmpdir(), 'doul-first-'));
  try {
    return (await makeFirst({ path, source, first }, { parts, made: folder }, { nonce: 'test', ...options })).made;
  } finally {
    await rm(parts, { recursive: true });
  }
}

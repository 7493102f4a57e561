import type { ObjectStore } from '@doul/storage';
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { MediaJob } from '../../model/media-job.js';
import type { ClaimedVideo } from '../../model/media-job.repository.js';
import type { Source } from '../media/source.js';
import type { Made } from '../media/made.js';
import { requireSpace } from './temp-files.js';
export { withFolder } from './temp-files.js';

/** What the probe found, which travels with the jobs behind it. */
export function sourceOf({ argument, id }: MediaJob): Source {
  if (argument === null) throw new Error(`job ${id} knows nothing of its source`);
  return JSON.parse(argument) as Source;
}

/** The renditions that exist, in the order they were made. */
export const renditionsOf = ({ renditions }: ClaimedVideo): Made[] => (renditions === null ? [] : (JSON.parse(renditions) as Made[]));

/**
 * Fetches one of our own objects into a file.
 *
 * @param madeBytes what will be made of it on the same disk
 * @throws Error when there is no room for both now
 */
export async function fetchTo(objects: ObjectStore, key: string, path: string, madeBytes: number, signal: AbortSignal): Promise<void> {
  await requireSpace(((await objects.head(key))?.size ?? 0) + madeBytes);
  await pipeline(await objects.getStream(key), createWriteStream(path), { signal });
}

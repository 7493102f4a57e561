import type { IndexedUser, IndexedVideo } from '@doul/contracts';
import { VideoState } from '@doul/contracts';
import { userDocument, videoDocument, type UserDocument, type VideoDocument } from '../model/documents.js';
import type { SearchEngine } from '../model/search-engine.js';
import type { Truth } from './truth.js';

export interface Progress {
  kind: 'users' | 'videos';
  done: number;
}

interface Target {
  indexVideos(documents: readonly VideoDocument[]): Promise<void>;
  indexUsers(documents: readonly UserDocument[]): Promise<void>;
}

/** What never was published and is not removed needs no tombstone: its first document will have a higher version. */
const belongsInIndex = ({ state }: IndexedVideo): boolean => state === VideoState.PUBLISHED || state === VideoState.REMOVED;

async function copyAll(truth: Truth, target: Target, report: (progress: Progress) => void): Promise<void> {
  const users = async (page: IndexedUser[]): Promise<void> => target.indexUsers(page.map(userDocument));
  const videos = async (page: IndexedVideo[]): Promise<void> => target.indexVideos(page.filter(belongsInIndex).map(videoDocument));
  await copy('users', truth.allUsers(), users, report);
  await copy('videos', truth.allVideos(), videos, report);
}

async function copy<T>(
  kind: Progress['kind'],
  pages: AsyncIterable<T[]>,
  write: (page: T[]) => Promise<void>,
  report: (progress: Progress) => void,
): Promise<void> {
  let done = 0;
  for await (const page of pages) {
    await write(page);
    done += page.length;
    report({ kind, done });
  }
}

/** Fills the live index with everything there is; what is there already and newer stays. */
export async function backfill(engine: SearchEngine, truth: Truth): Promise<void> {
  await copyAll(truth, engine, () => undefined);
  await engine.markFilled();
}

/**
 * Builds a new index beside the live one and swaps. Searches never notice, and nothing that changes meanwhile is missed: an indexer
 * reads a state first and asks which indexes there are afterwards. If it did not see the new index yet, the state it read is older
 * than the index, hence older than the scan, which reads it again. If it did, it writes to both, and versions settle the order.
 */
export async function rebuild(engine: SearchEngine, truth: Truth, report: (progress: Progress) => void = () => undefined): Promise<void> {
  const building = await engine.beginRebuild();
  try {
    await copyAll(truth, building, report);
    await building.finish();
  } catch (error) {
    await building.abandon().catch(() => undefined);
    throw error;
  }
}

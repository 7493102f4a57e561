import { ProfileServiceDefinition, VideoServiceDefinition, type IndexedUser, type IndexedVideo } from '@doul/contracts';
import { rpcClient } from '@doul/rpc';

/** What is to be indexed, as its services have it now. */
export interface Truth {
  videos(ids: readonly number[]): Promise<IndexedVideo[]>;
  users(ids: readonly number[]): Promise<IndexedUser[]>;
  /** Every video by ascending id, removed ones included, a page at a time. */
  allVideos(): AsyncIterable<IndexedVideo[]>;
  allUsers(): AsyncIterable<IndexedUser[]>;
}

const SCAN_ROWS = 500;
/** A page of a scan may take this long, in ms; nobody waits for it. */
const SCAN_MS = 10_000;

/** Reads the services' databases through their RPC layers. */
export function servicesTruth(): Truth {
  const videos = rpcClient(VideoServiceDefinition);
  const users = rpcClient(ProfileServiceDefinition);
  const options = { deadlineMs: SCAN_MS };
  return {
    videos: async (ids) => (await videos.scanVideos({ afterId: 0, limit: ids.length, ids: [...ids] }, options)).videos,
    users: async (ids) => (await users.scanUsers({ afterId: 0, limit: ids.length, ids: [...ids] }, options)).users,
    allVideos: () =>
      pages(async (afterId) => {
        const page = await videos.scanVideos({ afterId, limit: SCAN_ROWS, ids: [] }, options);
        return { items: page.videos, hasMore: page.hasMore };
      }),
    allUsers: () =>
      pages(async (afterId) => {
        const page = await users.scanUsers({ afterId, limit: SCAN_ROWS, ids: [] }, options);
        return { items: page.users, hasMore: page.hasMore };
      }),
  };
}

async function* pages<T extends { id: number }>(read: (afterId: number) => Promise<{ items: T[]; hasMore: boolean }>): AsyncGenerator<T[]> {
  let afterId = 0;
  for (let more = true; more;) {
    const { items, hasMore } = await read(afterId);
    if (items.length > 0) yield items;
    const last = items.at(-1);
    more = hasMore && last !== undefined;
    if (last) afterId = last.id;
  }
}

import { DoulError, type VideoServiceDefinition } from '@doul/contracts';
import { RedisStore, redis, temporaryDatabase, type Database } from '@doul/data';
import { Outbox } from '@doul/events';
import type { RpcClient } from '@doul/rpc';
import { disposeResources } from '@doul/runtime';
import { useWordSource } from '@doul/text';
import { CommentListRepository } from '../model/comment-list.repository.js';
import { CommentRepository } from '../model/comment.repository.js';
import { CommentCounters } from '../model/counters.js';
import { migrations, schema } from '../model/migrations/index.js';
import { WordRepository } from '../model/word.repository.js';
import { ListVersions } from '../model/list-versions.js';
import { CommentPages } from '../rpc/comment-pages.js';
import { DeletionService } from '../rpc/deletion.service.js';
import { ListService } from '../rpc/list.service.js';
import { PostService } from '../rpc/post.service.js';
import { ReconcileService } from '../rpc/reconcile.service.js';
import { ReviewService } from '../rpc/review.service.js';
import { VideoOwners } from '../rpc/video-owners.js';
import { VideoRemovedHandler } from '../rpc/video-removed.handler.js';

export const OWNER = 9;

/** The service without its transport, on a schema of its own, beside a video service that has the videos in `videos`. */
export async function commentFixture() {
  useWordSource({
    version: () => Promise.resolve(1),
    read: () =>
      Promise.resolve({
        version: 1,
        words: [
          { text: 'badblock', level: 'block' },
          { text: 'badmask', level: 'mask' },
          { text: 'badreview', level: 'review' },
        ],
      }),
  });
  const { database, drop } = await temporaryDatabase(schema, { migrations });
  // Counters of other runs may still be in Redis under the same video ids.
  const first = Date.now();
  const videos = new Map(Array.from({ length: 20 }, (_, at) => [first + at, OWNER]));
  const getOwners = ({ ids }: { ids: number[] }) =>
    Promise.resolve({ owners: ids.flatMap((videoId) => (videos.has(videoId) ? [{ videoId, authorId: videos.get(videoId) ?? 0 }] : [])) });
  const client = { getOwners } as unknown as RpcClient<typeof VideoServiceDefinition>;
  const store = new RedisStore(await redis());
  const counters = new CommentCounters(database, store);
  counters.onApplicationBootstrap();
  const lists = new CommentListRepository(database);
  const versions = new ListVersions(store);
  const repository = new CommentRepository(database, counters, new Outbox(), versions);
  /** One more process of the service, with caches of its own. */
  const instance = () => instanceOf(repository, lists, versions, client);
  await new Promise((resolve) => setTimeout(resolve, 200));
  return {
    database,
    videos,
    video: (at: number): number => first + at,
    counters,
    versions,
    repository,
    instance,
    service: instance(),
    words: new WordRepository(database),
    reviews: new ReviewService(repository, lists),
    removed: new VideoRemovedHandler(repository),
    reconcile: new ReconcileService(lists, counters),
    events: () => eventsOf(database),
    async close(): Promise<void> {
      await counters.beforeApplicationShutdown();
      await drop();
      await disposeResources();
    },
  };
}

function instanceOf(
  repository: CommentRepository,
  lists: CommentListRepository,
  versions: ListVersions,
  client: RpcClient<typeof VideoServiceDefinition>,
) {
  const owners = new VideoOwners(client);
  const posts = new PostService(repository, owners);
  const pages = new ListService(new CommentPages(lists), versions, owners);
  const deletions = new DeletionService(repository, owners);
  return {
    postAll: (...args: Parameters<PostService['post']>) => posts.post(...args),
    listAll: (...args: Parameters<ListService['list']>) => pages.list(...args),
    post: async (userId: number, videoId: number, content: string, requestKey: string) =>
      only(await posts.post([{ userId, videoId, content, requestKey }])),
    list: async (videoId: number, viewerId: number, cursor = '', limit = 0) =>
      only(await pages.list([{ videoId, viewerId, cursor, limit, etag: '' }])),
    remove: (userId: number, videoId: number, commentId: number) => deletions.remove(userId, videoId, commentId),
  };
}

/** The result of a batch of one. */
function only<T>([result]: readonly (T | DoulError)[]): T {
  if (result instanceof DoulError) throw result;
  return result as T;
}

const eventsOf = async (database: Database): Promise<string[]> =>
  (await database.query<{ type: string }>('SELECT type FROM outbox ORDER BY id')).map((row) => row.type);

import { hasBit, packIds } from '@doul/contracts';
import { RedisStore, dataConfig, temporaryDatabase, type Database } from '@doul/data';
import { Outbox } from '@doul/events';
import { Redis, type Cluster } from 'ioredis';
import { nanoid } from 'nanoid';
import { Cards } from '../model/cards.js';
import { UserCounters, VideoCounters } from '../model/counters.js';
import { FeedIndex } from '../model/feed-index.js';
import { FeedRepository } from '../model/feed.repository.js';
import { LikeLoader } from '../model/like-loader.js';
import { LikeMembers } from '../model/like-members.js';
import { LikeSinkRepository } from '../model/like-sink.repository.js';
import { LikeRepository } from '../model/like.repository.js';
import { LikeStore } from '../model/like.store.js';
import { Likes } from '../model/likes.js';
import { STEPS } from '../model/media-job.js';
import { MediaJobRepository, type Claim } from '../model/media-job.repository.js';
import { migrations } from '../model/migrations/index.js';
import { CounterCheck } from '../model/reconcile-counters.js';
import { FeedCheck } from '../model/reconcile-feed.js';
import { LikeCheck } from '../model/reconcile-likes.js';
import { ReconcileRepository } from '../model/reconcile.repository.js';
import { Reconciliation } from '../model/reconciliation.js';
import { MembershipScan } from '../model/membership-scan.js';
import { PublicationRepository, type Publication } from '../model/publication.repository.js';
import { RenditionRepository } from '../model/rendition.repository.js';
import { StatusLog } from '../model/status-log.js';
import { VideoCopies } from '../model/video-copies.js';
import { VideoRepository } from '../model/video.repository.js';
import { LikeSink } from '../worker/likes/like-sink.js';

/** Redis database of these specs; it is emptied before and after. */
const TEST_REDIS_DB = 9;

/** What a worker made, without files. */
export function aPublication(): Publication {
  const mediaSet = nanoid();
  return { mediaSet, coverKey: `media/${mediaSet}/cover-a.jpg`, blurhash: 'L00000fQfQfQfQfQfQfQfQfQfQfQ', renditions: '[{"name":"360p"}]' };
}

/** The classes of `model/` on a schema of their own, as one process would have them. */
export class ModelProcess {
  readonly outbox = new Outbox();
  readonly jobs = new MediaJobRepository(this.database, this.outbox);
  readonly status = new StatusLog(this.database);
  readonly videos = new VideoRepository(this.database, this.jobs, this.status);
  readonly cards = new Cards(this.redis, this.videos);
  readonly feedRows = new FeedRepository(this.database);
  readonly feed = new FeedIndex(this.redis, this.feedRows);
  readonly videoCounters = new VideoCounters(this.database, this.redis);
  readonly userCounters = new UserCounters(this.database, this.redis);
  readonly copies = new VideoCopies(this.cards, this.feed);
  readonly publications = new PublicationRepository(this.database, this.outbox, this.jobs, this.status, this.copies, this.userCounters);
  readonly renditions = new RenditionRepository(this.database, this.outbox, this.jobs, this.status, this.copies);
  readonly likeRows = new LikeRepository(this.database);
  readonly store = new LikeStore(this.redis, this.likeRows);
  readonly members = new LikeMembers(this.redis, this.store, this.likeRows);
  readonly likes = new Likes(this.store, this.members, new LikeLoader(this.redis, this.store, this.likeRows));
  readonly sinkRows = new LikeSinkRepository(this.database, this.likeRows, this.videoCounters, this.userCounters, this.outbox);
  readonly shards = Array.from({ length: this.store.shards }, (_, shard) => shard);
  readonly sink = new LikeSink(this.store, this.sinkRows, this.likeRows);

  readonly reconciliation: Reconciliation;

  constructor(
    readonly database: Database,
    readonly redis: RedisStore,
  ) {
    const rows = new ReconcileRepository(database);
    this.reconciliation = new Reconciliation(
      new CounterCheck(rows, this.videoCounters, this.userCounters),
      new LikeCheck(rows, this.likeRows, new MembershipScan(redis, this.store)),
      new FeedCheck(this.feedRows, this.feed),
    );
  }

  /** Everything that reconcile finds. */
  async differences(limit = 7): Promise<string[]> {
    const found: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page = await this.reconciliation.page(cursor, limit);
      found.push(...page.differences);
      cursor = page.nextCursor || undefined;
    }
    return found;
  }

  /** Those of the videos that the viewer likes. */
  async liked(viewerId: number, videoIds: readonly number[]): Promise<number[]> {
    const [bits] = await this.likes.flags([{ viewerId, ids: packIds(videoIds) }]);
    if (bits instanceof Error) throw bits;
    return videoIds.filter((_, at) => bits && hasBit(bits, at));
  }

  async drainAll(): Promise<void> {
    await this.sink.drain(this.shards);
    await this.videoCounters.projector.projectDirty();
    await this.userCounters.projector.projectDirty();
  }

  /** Takes the first step of a video that is due, as a worker of its own would. */
  async claim(videoId: number): Promise<Claim> {
    const claim = await this.jobs.claim(videoId, STEPS, nanoid());
    if (!claim) throw new Error(`nothing of video ${videoId} is due`);
    return claim;
  }

  /** Takes over what another worker works on, as after its lease has ended. */
  async takeOver(videoId: number): Promise<Claim> {
    await this.database.execute('UPDATE media_jobs SET lease_until = 0 WHERE video_id = ?', [videoId]);
    return this.claim(videoId);
  }

  /** Uploads and publishes a video; its id. */
  async publish(authorId: number, title = 'a video'): Promise<number> {
    const name = `${authorId}-${Math.random().toString(36).slice(2)}`;
    const made = await this.videos.create({ authorId, title, objectKey: `videos/${name}.mp4`, sizeBytes: 1, requestKey: name });
    if (!made) throw new Error('the object key was taken');
    await this.publications.publish(await this.claim(made.id), aPublication(), []);
    return made.id;
  }
}

export interface ModelFixture extends ModelProcess {
  /** Another process on the same servers. */
  another(): ModelProcess;
  close(): Promise<void>;
}

/** @param own a client of a Redis that nobody else uses; absent = a database of the profile's */
export async function modelFixture(own?: Redis | Cluster): Promise<ModelFixture> {
  const temporary = await temporaryDatabase('doul_video', { migrations });
  const { database } = temporary;
  const client = own ?? new Redis(dataConfig().REDIS_URL, { db: TEST_REDIS_DB });
  const flush = async (): Promise<void> => {
    for (const node of client.isCluster ? (client as Cluster).nodes('master') : [client as Redis]) await node.flushdb();
  };
  await flush();
  const redis = new RedisStore(client);
  const process = new ModelProcess(database, redis);
  await process.likeRows.ensureShards(process.store.shards);
  return Object.assign(process, {
    another: () => new ModelProcess(database, redis),
    close: async () => {
      await flush();
      await client.quit();
      await temporary.drop();
    },
  });
}

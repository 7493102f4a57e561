import { signToken } from '@doul/http';
import { hash } from '@node-rs/argon2';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import type { Options } from './options.js';
import { seeded, zipf } from './skew.js';
import { KEYWORDS } from './keywords.js';

/** What the scenarios draw their requests from. */
export interface DataSet {
  userIds: number[];
  /** The first so many users like things. */
  likers: number;
  tokens: string[];
  /** Most popular first. */
  videoIds: number[];
  commentedIds: number[];
  username(at: number): string;
  password: string;
}

const PASSWORD = 'bench-password';
/** The account that is written last: the data set is complete. */
const READY = 'ready_bench';
const LIKERS = 1_000;
const LIKES_EACH = 40;
const FOLLOWS_EACH = 10;
const COMMENTED = 500;
const COMMENTS_EACH = 20;
/** Rows of one INSERT: packets stay below 1 MB. */
const ROWS_PER_INSERT = 2_000;

type Cell = string | number | Buffer | null;

/** Writes rows straight into the tables: the API would take hours. Counters are written as their sums, as the services keep them. */
class Writer {
  constructor(private readonly connection: Connection) {}

  async insert(table: string, columns: readonly string[], count: number, row: (at: number) => Cell[]): Promise<void> {
    for (let start = 0; start < count; start += ROWS_PER_INSERT) {
      const rows = Array.from({ length: Math.min(ROWS_PER_INSERT, count - start) }, (_, at) => row(start + at));
      await this.connection.query(`INSERT IGNORE INTO ${table} (${columns.join(', ')}) VALUES ?`, [rows]);
    }
  }

  async sum(table: string, id: string, counted: string, into: string, column: string): Promise<void> {
    await this.connection.query(
      `INSERT INTO ${into} (id, ${column}, version) SELECT ${id}, COUNT(*), 1 FROM ${table} WHERE ${counted} GROUP BY ${id}
       ON DUPLICATE KEY UPDATE ${column} = VALUES(${column}), version = ${into}.version + 1, dirty = 1`,
    );
  }

  async run(sql: string): Promise<void> {
    await this.connection.query(sql);
  }

  async number(sql: string): Promise<number> {
    const [rows] = await this.connection.query<RowDataPacket[]>(sql);
    return Number(Object.values(rows[0] ?? {})[0] ?? 0);
  }
}

interface Range {
  first: number;
  count: number;
}

const benchName = (at: number): string => `bench_${at}`;

async function writeUsers(write: Writer, count: number, name = benchName): Promise<Range> {
  const first = (await write.number('SELECT COALESCE(MAX(id), 0) + 1 FROM doul_user.accounts')) || 1;
  const password = await hash(PASSWORD);
  const now = Date.now();
  const nameHash = (at: number): Buffer => createHash('sha256').update(name(at)).digest();
  await write.insert(
    'doul_user.accounts',
    ['id', 'username', 'username_hash', 'password_hash', 'request_key', 'created_at'],
    count,
    (at) => [first + at, name(at), nameHash(at), password, `bench-${at}`, now],
  );
  await write.insert('doul_user.profiles', ['user_id', 'name', 'signature', 'updated_at'], count, (at) => [
    first + at,
    `用户 ${at}`,
    '压测用户',
    now,
  ]);
  return { first, count };
}

async function writeVideos(write: Writer, users: Range, count: number): Promise<Range> {
  const first = (await write.number('SELECT COALESCE(MAX(id), 0) + 1 FROM doul_video.videos')) || 1;
  const random = seeded(1);
  const author = zipf(users.count, random);
  const head = Math.max(Date.now(), (await write.number('SELECT last_time FROM doul_video.feed_clock WHERE id = 1')) + 1);
  const title = (at: number): string => `${KEYWORDS[at % KEYWORDS.length] ?? ''} 第${at}条 #${KEYWORDS[(at * 7) % KEYWORDS.length] ?? ''}`;
  const columns = [
    'id',
    'author_id',
    'title',
    'state',
    'object_key',
    'size_bytes',
    'request_key',
    'created_at',
    'published_at',
    'feed_time',
    'state_at',
  ];
  await write.insert('doul_video.videos', columns, count, (at) => [
    first + at,
    users.first + author(),
    title(at),
    'published',
    `bench/${first + at}.mp4`,
    1_000_000,
    `bench-${first + at}`,
    head + at,
    head + at,
    head + at,
    head + at,
  ]);
  await write.run(`UPDATE doul_video.feed_clock SET last_time = ${head + count} WHERE id = 1 AND last_time < ${head + count}`);
  return { first, count };
}

async function writeReactions(write: Writer, users: Range, videos: Range): Promise<void> {
  const random = seeded(2);
  const popular = zipf(videos.count, random);
  const now = Date.now();
  await write.insert('doul_video.likes', ['viewer_id', 'video_id', 'liked_at'], Math.min(LIKERS, users.count) * LIKES_EACH, (at) => [
    users.first + Math.floor(at / LIKES_EACH),
    videos.first + popular(),
    now - at,
  ]);
  const commented = Math.min(COMMENTED, videos.count);
  await write.insert(
    'doul_comment.comments',
    ['video_id', 'user_id', 'content', 'state', 'request_key', 'created_at'],
    commented * COMMENTS_EACH,
    (at) => [
      videos.first + (at % commented),
      users.first + Math.floor(random() * users.count),
      `评论 ${at}`,
      'visible',
      `bench-${videos.first}-${at}`,
      now - at,
    ],
  );
  await write.insert('doul_friend.follows', ['follower_id', 'followee_id', 'followed_at'], users.count * FOLLOWS_EACH, (at) => {
    const follower = Math.floor(at / FOLLOWS_EACH);
    const followee = at % FOLLOWS_EACH === 0 ? 0 : Math.floor(random() * users.count);
    return [users.first + follower, users.first + (followee === follower ? (follower + 1) % users.count : followee), now - at];
  });
  await write.run(
    `UPDATE doul_friend.follows f JOIN doul_friend.follows g ON g.follower_id = f.followee_id AND g.followee_id = f.follower_id
     SET f.mutual = 1 WHERE f.follower_id >= ${users.first}`,
  );
}

async function writeCounters(write: Writer, users: Range, videos: Range): Promise<void> {
  const oursUsers = (column: string): string => `${column} BETWEEN ${users.first} AND ${users.first + users.count - 1}`;
  const oursVideos = (column: string): string => `${column} BETWEEN ${videos.first} AND ${videos.first + videos.count - 1}`;
  await write.sum('doul_video.likes', 'video_id', oursVideos('video_id'), 'doul_video.video_counters', 'favorite_count');
  await write.sum('doul_video.likes', 'viewer_id', oursUsers('viewer_id'), 'doul_video.user_counters', 'favorite_count');
  await write.sum('doul_video.videos', 'author_id', oursVideos('id'), 'doul_video.user_counters', 'work_count');
  await write.sum(
    'doul_video.likes JOIN doul_video.videos ON videos.id = likes.video_id',
    'author_id',
    oursVideos('video_id'),
    'doul_video.user_counters',
    'total_favorited',
  );
  await write.sum('doul_comment.comments', 'video_id', oursVideos('video_id'), 'doul_comment.comment_counters', 'comment_count');
  await write.sum('doul_friend.follows', 'follower_id', oursUsers('follower_id'), 'doul_friend.user_counters', 'follow_count');
  await write.sum('doul_friend.follows', 'followee_id', oursUsers('followee_id'), 'doul_friend.user_counters', 'follower_count');
}

async function step<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const result = await work();
  console.log(`  ${what} (${((Date.now() - start) / 1_000).toFixed(1)} s)`);
  return result;
}

function reindex(): Promise<void> {
  const done = spawnSync(process.execPath, [resolve(import.meta.dirname, '../ops/main.js'), 'reindex'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return done.status === 0 ? Promise.resolve() : Promise.reject(new Error('the search index could not be built'));
}

async function findRange(write: Writer, table: string, where: string): Promise<Range> {
  const first = await write.number(`SELECT COALESCE(MIN(id), 0) FROM ${table} WHERE ${where}`);
  return { first, count: await write.number(`SELECT COUNT(*) FROM ${table} WHERE ${where}`) };
}

/** The data set of the options, written on first use and kept for later runs. */
export async function prepareDataSet(options: Options): Promise<DataSet> {
  const connection = await createConnection({ uri: process.env['MYSQL_URL'] ?? '', charset: 'utf8mb4' });
  const write = new Writer(connection);
  try {
    let users = await findRange(write, 'doul_user.accounts', "username LIKE 'bench\\_%'");
    let videos = await findRange(write, 'doul_video.videos', "object_key LIKE 'bench/%'");
    const ready = await write.number(`SELECT COUNT(*) FROM doul_user.accounts WHERE username = '${READY}'`);
    if (ready === 0) {
      console.log(`writing ${options.users} users and ${options.videos} videos`);
      // A run that was cut short left whole sets of rows or none: what is there is kept.
      if (users.count < options.users) users = await step('users', () => writeUsers(write, options.users));
      if (videos.count < options.videos) videos = await step('videos', () => writeVideos(write, users, options.videos));
      await step('likes, comments, follows', () => writeReactions(write, users, videos));
      await step('counters', () => writeCounters(write, users, videos));
      await step('search index', reindex);
      await writeUsers(write, 1, () => READY);
    }
    const ids = (range: Range): number[] => Array.from({ length: range.count }, (_, at) => range.first + at);
    const userIds = ids(users);
    return {
      userIds,
      likers: Math.min(LIKERS, users.count),
      tokens: userIds.slice(0, 5_000).map((userId) => signToken({ userId, sessionId: Number.MAX_SAFE_INTEGER - userId }).token),
      videoIds: ids(videos),
      commentedIds: ids({ first: videos.first, count: Math.min(COMMENTED, videos.count) }),
      username: benchName,
      password: PASSWORD,
    };
  } finally {
    await connection.end();
  }
}

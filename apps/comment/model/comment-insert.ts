import { isDuplicate, type Tx } from '@doul/data';
import type { CommentRow, NewComment } from './comment.js';

export interface Inserted {
  /** A row for each comment, in the order given. */
  rows: CommentRow[];
  /** Those of them that are new. */
  added: CommentRow[];
}

type ByRequest = Map<string, CommentRow>;

const requestOf = ({ userId, requestKey }: Pick<NewComment, 'userId' | 'requestKey'>): string => `${userId}:${requestKey}`;

/**
 * Inserts comments in one statement. Repeated requests are rare: only when the statement meets one are they looked for, and the rest
 * is inserted. A request that is twice among the given comments is one comment, the first.
 */
export async function insertComments(tx: Tx, comments: readonly NewComment[]): Promise<Inserted> {
  const firsts = new Map<string, NewComment>();
  for (const comment of comments) if (!firsts.has(requestOf(comment))) firsts.set(requestOf(comment), comment);
  const known: ByRequest = new Map();
  for (;;) {
    const fresh = [...firsts].filter(([request]) => !known.has(request)).map(([, comment]) => comment);
    const added = await insertFresh(tx, fresh);
    if (added) {
      const rows = comments.map((comment) => (added.get(requestOf(comment)) ?? known.get(requestOf(comment))) as CommentRow);
      return { rows, added: [...added.values()] };
    }
    const found = await byRequests(tx, fresh);
    if (found.size === 0) throw new Error('a comment was refused as a duplicate, and no comment has its request key');
    for (const [request, row] of found) known.set(request, row);
  }
}

/** @returns undefined when a request key was used before; nothing is inserted then */
async function insertFresh(tx: Tx, comments: readonly NewComment[]): Promise<ByRequest | undefined> {
  if (comments.length === 0) return new Map();
  const createdAt = Date.now();
  const records = comments.map(({ videoId, userId, content, state, requestKey }) => {
    return { video_id: videoId, user_id: userId, content, state, request_key: requestKey, created_at: createdAt };
  });
  try {
    tx.deferInsert('comments', records);
    const { first, step } = await idsOf(tx);
    return new Map(
      comments.map((comment, at) => {
        const { videoId, userId, content, state } = comment;
        return [requestOf(comment), { id: first + at * step, videoId, userId, content, state, createdAt }];
      }),
    );
  } catch (error) {
    if (isDuplicate(error)) return undefined;
    throw error;
  }
}

/** InnoDB gives the rows of one INSERT ids at equal distances: 1, and more where several servers write to a cluster. */
async function idsOf(tx: Tx): Promise<{ first: number; step: number }> {
  const ids = await tx.one<{ first: number; step: number }>('SELECT LAST_INSERT_ID() AS first, @@auto_increment_increment AS step');
  if (!ids) throw new Error('a SELECT without a table gave no row');
  return ids;
}

async function byRequests(tx: Tx, comments: readonly NewComment[]): Promise<ByRequest> {
  const found = await tx.query<CommentRow & { requestKey: string }>(
    `SELECT id, video_id AS videoId, user_id AS userId, content, state, created_at AS createdAt, request_key AS requestKey
     FROM comments WHERE (user_id, request_key) IN (?)`,
    [comments.map(({ userId, requestKey }) => [userId, requestKey])],
  );
  return new Map(found.map(({ requestKey, ...row }) => [requestOf({ userId: row.userId, requestKey }), row]));
}

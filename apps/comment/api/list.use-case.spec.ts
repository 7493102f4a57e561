import { authorPiece, type CardStore, type ViewerFlagReader } from '@doul/cards';
import {
  CommonErrors,
  type Comment,
  type CommentPage,
  type CommentServiceDefinition,
  type ListQuestion,
  type Profile,
} from '@doul/contracts';
import type { Call, RawAnswer } from '@doul/http';
import type { ApiClient } from '@doul/rpc';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ListUseCase } from './list.use-case.js';
import { PageStore } from './page-store.js';

const AUTHORS = 12;
const follows = (viewerId: number, authorId: number): boolean => viewerId > 0 && authorId % viewerId === 0;

const profile = (id: number): Profile => ({
  id,
  username: `u${id}`,
  name: `用户 ${id}`,
  signature: '',
  avatar: 'a',
  backgroundImage: 'b',
  followCount: id,
  followerCount: 0,
  isFollow: false,
  totalFavorited: 0,
  workCount: 0,
  favoriteCount: 0,
});

/** What comment-rpc, usercenter and friend would say; lists grow when `post` is called. */
function world() {
  const lists = new Map<number, Comment[]>();
  const asked = { same: 0, whole: 0, alone: 0 };
  let isFriendAway = false;
  const listOf = (videoId: number): Comment[] => lists.get(videoId) ?? [];
  const post = (videoId: number): void => {
    const id = listOf(videoId).length + 1;
    const comment = { id, videoId, userId: 1 + ((id * 7 + videoId) % AUTHORS), content: `c${id}`, createdAtMs: 0 };
    lists.set(videoId, [comment, ...listOf(videoId)]);
  };
  const listComments = async (question: ListQuestion, options: { alone: boolean }): Promise<CommentPage> => {
    if (options.alone) asked.alone += 1;
    // Answers what is so when it is asked, however long it takes to arrive.
    const comments = listOf(question.videoId).slice(0, question.limit);
    const etag = `${question.videoId}:${comments[0]?.id ?? 0}:${question.limit}`;
    await sleep(Math.random() * 4);
    asked[question.etag === etag ? 'same' : 'whole'] += 1;
    return question.etag === etag
      ? { same: true, etag: '', comments: [], nextCursor: '' }
      : { same: false, etag, comments, nextCursor: '' };
  };
  const pieces = new Map(Array.from({ length: AUTHORS }, (_, at) => [at + 1, authorPiece(profile(at + 1))]));
  const cards = {
    peekAuthor: (id: number) => (Math.random() < 0.1 ? undefined : pieces.get(id)),
    authorsOf: (ids: readonly number[]) => sleep(Math.random() * 3).then(() => new Map(ids.map((id) => [id, pieces.get(id)]))),
  } as unknown as CardStore;
  const flags = {
    follows: async ({ viewerId }: Call, ids: readonly number[]) => {
      await sleep(Math.random() * 4);
      if (isFriendAway) return { followed: new Uint8Array(0), missing: ['follows'] };
      const bits = new Uint8Array(2);
      ids.forEach((id, at) => follows(viewerId, id) && (bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7))));
      return { followed: bits, missing: [] };
    },
  } as unknown as ViewerFlagReader;
  const client = { ask: { listComments } } as unknown as ApiClient<typeof CommentServiceDefinition>;
  const loseFriend = (): void => void (isFriendAway = true);
  return { useCase: new ListUseCase(client, new PageStore(cards), flags), post, listOf, asked, loseFriend };
}

interface Answer {
  comment_list: { id: number; user: { id: number; is_follow: boolean } }[];
  has_more?: boolean;
}
const read = (answer: RawAnswer): Answer => JSON.parse(answer.body.toString()) as Answer;
const call = (viewerId: number): Call => ({ viewerId, language: 'zh' }) as unknown as Call;

describe('lists of comments', () => {
  it('give thousands of interleaved viewers their own flags and nobody an older page, while comments arrive', async () => {
    const { useCase, post, listOf, asked } = world();
    for (let video = 1; video <= 8; video += 1) for (let at = 0; at < 10; at += 1) post(video);
    const view = async (at: number): Promise<void> => {
      await sleep(Math.random() * 400);
      const video = 1 + (at % 8);
      const viewerId = at % 13;
      if (at % 100 === 0) post(video);
      const newest = listOf(video)[0]?.id ?? 0;
      const { comment_list: list } = read(await useCase.list({ video_id: video, count: 10 }, call(viewerId)));
      expect(list).toHaveLength(10);
      expect(list[0]?.id).toBeGreaterThanOrEqual(newest);
      const flags = list.map(({ user }) => user.is_follow);
      expect({ viewerId, flags }).toEqual({ viewerId, flags: list.map(({ user }) => follows(viewerId, user.id)) });
    };
    await Promise.all(Array.from({ length: 3_000 }, (_, at) => view(at)));
    expect(asked.same).toBeGreaterThan(asked.whole);
  });

  it('are shown without flags, which is said, while friend is away', async () => {
    const { useCase, post, loseFriend } = world();
    for (let at = 0; at < 5; at += 1) post(1);
    const before = await useCase.list({ video_id: 1, count: 5 }, call(1));
    expect(before.headers).toEqual([]);
    expect(read(before).comment_list.every(({ user }) => user.is_follow)).toBe(true);
    loseFriend();
    const after = await useCase.list({ video_id: 1, count: 5 }, call(1));
    expect(after.headers).toEqual(['x-doul-degraded', 'follows']);
    expect(read(after).comment_list.map(({ user }) => user.is_follow)).toEqual([false, false, false, false, false]);
  });

  it('carry fields of paging only when a page was asked for, and long ones travel alone', async () => {
    const { useCase, post, asked } = world();
    post(1);
    expect(Object.keys(read(await useCase.list({ video_id: 1 }, call(0))))).toEqual(['status_code', 'status_msg', 'comment_list']);
    expect(asked.alone).toBe(1);
    expect(read(await useCase.list({ video_id: 1, count: 1 }, call(0)))).toMatchObject({ next_cursor: '', has_more: false });
    expect(asked.alone).toBe(1);
  });

  it('fail with the error of their question', async () => {
    const client = { ask: { listComments: () => Promise.reject(CommonErrors.UNAVAILABLE()) } };
    const useCase = new ListUseCase(
      client as unknown as ApiClient<typeof CommentServiceDefinition>,
      new PageStore({} as CardStore),
      {} as ViewerFlagReader,
    );
    await expect(useCase.list({ video_id: 1 }, call(1))).rejects.toMatchObject({ name: 'UNAVAILABLE' });
  });
});

import { ask, eventually, must, newUsers, type Actor, type CommentObject, type VideoObject } from '@doul/testing';
import { nanoid } from 'nanoid';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';

const look = { seconds: 1, width: 180, height: 320 };
const ACTION = '/douyin/comment/action/';

let alice: Actor;
let bob: Actor;
let carol: Actor;
let video: VideoObject;

const contents = async (viewer: Actor): Promise<string[]> => (await viewer.commentsOn(video)).map((comment) => comment.content);

beforeAll(async () => {
  [alice, bob, carol] = (await newUsers('alice', 'bob', 'carol')) as [Actor, Actor, Actor];
  video = await alice.publishes(`comments ${nanoid(6)}`, look);
});

describe('comments', () => {
  it('are counted within a second, and no longer when they are deleted', async () => {
    const first = await bob.comments(video, 'first');
    const second = await carol.comments(video, 'second');
    const counted = (count: number) =>
      eventually(async () => expect((await bob.looksAt(video)).comment_count).toBe(count), { within: 3_000 });
    await counted(2);
    await bob.deletesComment(video, first);
    await alice.deletesComment(video, second);
    await alice.deletesComment(video, second);
    await counted(0);
    expect(await contents(bob)).toEqual([]);
  });

  it('are stored once when a client sends a request again with its idempotency key', async () => {
    const call = {
      query: { video_id: video.id, action_type: 1, comment_text: 'once' },
      token: bob.token,
      headers: { 'idempotency-key': nanoid() },
    };
    const [one, two] = await Promise.all([
      must<{ comment: CommentObject }>('POST', ACTION, call),
      must<{ comment: CommentObject }>('POST', ACTION, call),
    ]);
    expect(two.comment.id).toBe(one.comment.id);
    expect(await contents(bob)).toEqual(['once']);
    await bob.deletesComment(video, one.comment);
  });

  it('cannot be deleted by somebody else', async () => {
    const mine = await bob.comments(video, 'mine');
    const query = { video_id: video.id, action_type: 2, comment_id: mine.id };
    expect(await ask('POST', ACTION, { query, token: carol.token })).toMatchObject({ status_code: 14003 });
    expect(await ask('POST', ACTION, { query: { ...query, comment_id: mine.id + 1_000_000 }, token: bob.token })).toMatchObject({
      status_code: 14002,
    });
    expect(await contents(carol)).toEqual(['mine']);
    await bob.deletesComment(video, mine);
  });

  it('are refused, masked or held back by the words in them', async () => {
    const refused = { query: { video_id: video.id, action_type: 1, comment_text: '澳 门 賭 场' }, token: bob.token };
    expect(await ask('POST', ACTION, refused)).toMatchObject({ status_code: 10013 });
    expect((await bob.comments(video, 'what the ＦＵＣＫ')).content).toBe('what the ****');
    await bob.comments(video, '一起赌博吗');
    expect(await contents(bob)).toEqual(['一起赌博吗', 'what the ****']);
    expect(await contents(carol)).toEqual(['what the ****']);
    expect(await contents(alice)).toEqual(['what the ****']);
  });

  it('are walked page by page', async () => {
    const texts = Array.from({ length: 7 }, (_, at) => `page ${at}`);
    for (const text of texts) await carol.comments(video, text);
    const walked = await carol.walks<CommentObject>('/douyin/comment/list/', 'comment_list', { video_id: video.id, count: 3 });
    expect(walked.map((comment) => comment.content)).toEqual([...texts].reverse().concat('what the ****'));
  });

  it('are gone with their video', async () => {
    await alice.deletes(video);
    const list = () => ask('GET', '/douyin/comment/list/', { query: { video_id: video.id } });
    await eventually(async () => expect(await list()).toMatchObject({ status_code: 14001 }), { within: 1_000 });
    const post = await ask('POST', ACTION, { query: { video_id: video.id, action_type: 1, comment_text: 'late' }, token: bob.token });
    expect(post).toMatchObject({ status_code: 14001 });
  });

  it('are gone with each of many videos, in whatever order the services hear of its end', async () => {
    const videos = await Promise.all(Array.from({ length: 10 }, (_, at) => alice.publishes(`soon gone ${at}`, look)));
    await Promise.all(
      videos.map(async ({ id }, at) => {
        const list = () => ask('GET', '/douyin/comment/list/', { query: { video_id: id } });
        await sleep(at * 40);
        expect(await list()).toMatchObject({ status_code: 0 });
        await alice.deletes(videos[at] as VideoObject);
        await eventually(async () => expect(await list()).toMatchObject({ status_code: 14001 }), { within: 1_000 });
        expect(await list()).toMatchObject({ status_code: 14001 });
      }),
    );
  });
});

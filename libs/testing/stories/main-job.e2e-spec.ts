import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { clip, eventually, newUsers, send, stranger, type Actor, type CommentObject, type VideoObject } from '../index.js';

const look = { seconds: 2, width: 180, height: 320 };

describe('alice publishes, bob finds, likes, comments and follows', () => {
  let alice: Actor;
  let bob: Actor;
  let video: VideoObject;
  let comment: CommentObject;
  const title = `海边的日落 sunset ${Date.now()} #旅行`;

  beforeAll(async () => {
    const [first, second] = await newUsers('alice', 'bob');
    alice = first as Actor;
    bob = second as Actor;
  });

  it('shows the upload to its author at once, with pictures and bytes that answer', async () => {
    await alice.uploads(title, look);
    const own = (await alice.videosOf(alice)).find((each) => each.title === title);
    expect(own).toBeDefined();
    const [play, cover] = await Promise.all([send('GET', own?.play_url ?? ''), send('GET', own?.cover_url ?? '')]);
    expect(play.status).toBe(200);
    expect(play.headers.get('content-type')).toBe('video/mp4');
    expect(cover.status).toBe(200);
    expect(cover.headers.get('content-type')).toMatch(/^image\/(jpeg|png|webp)$/);
  });

  it('puts it into everybody’s feed once it is published', async () => {
    video = await alice.awaits(title, 'published');
    const { videos } = await eventually(async () => {
      const page = await stranger.feed();
      expect(page.videos.map((each) => each.id)).toContain(video.id);
      return page;
    });
    const seen = videos.find((each) => each.id === video.id);
    expect(seen).toMatchObject({
      title,
      is_favorite: false,
      favorite_count: 0,
      comment_count: 0,
      author: { id: alice.id, is_follow: false },
    });
    await eventually(async () => expect((await bob.user(alice)).work_count).toBe(1));
  });

  it('plays the very frames that were uploaded, whole and in ranges', async () => {
    const answer = await send('GET', video.play_url);
    expect(answer.headers.get('content-type')).toBe('video/mp4');
    const file = Buffer.from(await answer.arrayBuffer());
    expect(await framesOf(file)).toEqual(await framesOf(await readFile(await clip(look))));
    const part = await send('GET', video.play_url, { headers: { range: 'bytes=100-199' } });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 100-199/${file.length}`);
    expect(Buffer.from(await part.arrayBuffer()).equals(file.subarray(100, 200))).toBe(true);
    const beyond = await send('GET', video.play_url, { headers: { range: `bytes=${file.length}-` } });
    expect(beyond.status).toBe(416);
  });

  it('has a cover picture of its own', async () => {
    const cover = await send('GET', (await bob.looksAt(video)).cover_url);
    expect(cover.headers.get('content-type')).toBe('image/jpeg');
  });

  it('shows bob his own like at once and everybody the count', async () => {
    await bob.likes(video);
    expect((await bob.looksAt(video)).is_favorite).toBe(true);
    expect((await bob.favoritesOf(bob)).map((each) => each.id)).toEqual([video.id]);
    await eventually(async () => expect((await alice.looksAt(video)).favorite_count).toBe(1));
    expect((await alice.looksAt(video)).is_favorite).toBe(false);
    await eventually(async () => expect(await alice.user()).toMatchObject({ total_favorited: 1 }));
    await eventually(async () => expect(await bob.user()).toMatchObject({ favorite_count: 1 }));
  });

  it('shows bob’s comment, newest first, with today’s date', async () => {
    comment = await bob.comments(video, '真好看 so pretty');
    expect(comment).toMatchObject({ content: '真好看 so pretty', user: { id: bob.id } });
    expect(comment.create_date).toMatch(/^\d\d-\d\d$/);
    const later = await alice.comments(video, 'thanks');
    expect((await alice.commentsOn(video)).map((each) => each.id)).toEqual([later.id, comment.id]);
    await eventually(async () => expect((await bob.looksAt(video)).comment_count).toBe(2));
  });

  it('shows the follow at once in what depends on bob, and the counts to everybody', async () => {
    await bob.follows(alice);
    expect((await bob.user(alice)).is_follow).toBe(true);
    expect((await bob.followedBy(bob)).map((each) => each.id)).toEqual([alice.id]);
    expect((await alice.followersOf(alice)).map((each) => each.id)).toEqual([bob.id]);
    const { videos } = await bob.feed();
    expect(videos.find((each) => each.id === video.id)?.author.is_follow).toBe(true);
    await eventually(async () => expect(await alice.user()).toMatchObject({ follower_count: 1, follow_count: 0 }));
  });

  it('makes them friends with a conversation', async () => {
    await alice.follows(bob);
    expect((await bob.friends()).find((each) => each.id === alice.id)).toMatchObject({ message: '', msgType: 0 });
    await bob.tells(alice, '你好');
    await alice.tells(bob, 'hello');
    expect((await bob.friends())[0]).toMatchObject({ id: alice.id, message: 'hello', msgType: 0 });
    expect((await alice.friends())[0]).toMatchObject({ id: bob.id, message: 'hello', msgType: 1 });
    const all = await bob.messagesWith(alice);
    expect(all.map((each) => each.content)).toEqual(['你好', 'hello']);
    const news = await bob.messagesWith(alice, all[0]?.create_time);
    expect(news.map((each) => each.content)).toEqual(['hello']);
  });

  it('is found by its words in Chinese and English and by its hashtag, with the hit marked', async () => {
    for (const keyword of ['日落', 'sunset', '旅行']) {
      const found = await eventually(async () => {
        const hit = (await bob.findsVideos(keyword)).find((each) => each.id === video.id);
        expect(hit, keyword).toBeDefined();
        return hit as VideoObject;
      });
      expect(found.highlight).toContain('<em>');
    }
    await eventually(async () => expect((await bob.findsUsers(alice.name)).map((each) => each.id)).toContain(alice.id));
  });

  it('is gone everywhere after alice deletes it', async () => {
    await alice.deletes(video);
    await alice.deletes(video);
    expect((await alice.videosOf(alice)).map((each) => each.id)).not.toContain(video.id);
    await eventually(async () => expect((await stranger.feed()).videos.map((each) => each.id)).not.toContain(video.id));
    await eventually(async () => expect((await bob.findsVideos('sunset')).map((each) => each.id)).not.toContain(video.id));
    await eventually(async () => expect(await bob.favoritesOf(bob)).toEqual([]));
    await eventually(async () => expect(await bob.user()).toMatchObject({ favorite_count: 0 }));
    await eventually(async () => expect(await alice.user()).toMatchObject({ work_count: 0, total_favorited: 0 }));
    await eventually(async () => {
      const late = await stranger.ask('POST', '/douyin/comment/action/', {
        query: { video_id: video.id, action_type: 1, comment_text: 'x' },
        token: bob.token,
      });
      expect(late.status_code).not.toBe(0);
    });
  });
});

/** What each frame of a video looks like, as hashes. */
async function framesOf(file: Buffer): Promise<string[]> {
  const args = ['-v', 'error', '-i', 'pipe:0', '-map', '0:v', '-f', 'framemd5', 'pipe:1'];
  const running = promisify(execFile)(process.env['FFMPEG_PATH'] ?? 'ffmpeg', args, { timeout: 60_000 });
  running.child.stdin?.end(file);
  return [...(await running).stdout.matchAll(/[0-9a-f]{32}$/gm)].map(([hash]) => hash);
}

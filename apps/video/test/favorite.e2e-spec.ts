import { ask, eventually, inParallel, newUsers, type Actor, type VideoObject } from '@doul/testing';
import { beforeAll, describe, expect, it } from 'vitest';

const look = { seconds: 1, width: 144, height: 256 };

describe('likes through the API', () => {
  let alice: Actor;
  let fans: Actor[];
  const videos: VideoObject[] = [];
  beforeAll(async () => {
    [alice] = (await newUsers('alice')) as [Actor];
    fans = await newUsers(...Array.from({ length: 10 }, (_, at) => `fan${at}`));
    for (const title of ['a', 'b', 'c']) videos.push(await alice.publishes(title, look));
  });

  it('shows everybody the same count within a second, and each their own like at once', async () => {
    const video = videos[0] as VideoObject;
    await Promise.all(fans.map((fan) => fan.likes(video)));
    for (const fan of fans) expect((await fan.favoritesOf(fan)).map((each) => each.id)).toEqual([video.id]);
    const liked = Date.now();
    await eventually(async () => expect((await alice.looksAt(video)).favorite_count).toBe(fans.length));
    expect(Date.now() - liked).toBeLessThan(3_000);
    await eventually(async () => expect((await alice.user()).total_favorited).toBe(fans.length));
  });

  it('repeats without an effect and alternates without drift', async () => {
    const [video, fan] = [videos[1] as VideoObject, fans[0] as Actor];
    await Promise.all(Array.from({ length: 20 }, () => fan.likes(video)));
    await eventually(async () => expect((await alice.looksAt(video)).favorite_count).toBe(1));
    for (let turn = 0; turn < 6; turn += 1) await (turn % 2 ? fan.likes(video) : fan.unlikes(video));
    expect((await fan.favoritesOf(fan))[0]?.id).toBe(video.id);
    await fan.unlikes(video);
    expect((await fan.looksAt(video)).is_favorite).toBe(false);
    await eventually(async () => expect((await alice.looksAt(video)).favorite_count).toBe(0));
  });

  it('lists the latest like first, page by page', async () => {
    const fan = fans[1] as Actor;
    for (const video of [...videos].reverse()) await fan.unlikes(video);
    for (const video of videos) await fan.likes(video);
    const walked = await alice.walks<VideoObject>('/douyin/favorite/list/', 'video_list', { user_id: fan.id, count: 1 });
    expect(walked.map((video) => video.title)).toEqual(['c', 'b', 'a']);
    expect(walked.every((video) => !video.is_favorite)).toBe(true);
  });

  it('refuses videos that nobody can see', async () => {
    const gone = await alice.publishes('gone', look);
    await alice.deletes(gone);
    for (const video_id of [gone.id, 2 ** 52]) {
      const answer = await ask('POST', '/douyin/favorite/action/', { query: { video_id, action_type: 1 }, token: alice.token });
      expect(answer.status_code).toBe(13001);
    }
  });

  it('stays exact when a crowd likes and unlikes at once', async () => {
    const video = videos[2] as VideoObject;
    const crowd = fans.flatMap((fan) => Array<Actor>(5).fill(fan));
    await inParallel(crowd, 20, (fan) => (Math.random() < 0.5 ? fan.likes(video) : fan.unlikes(video)));
    const flags = await Promise.all(fans.map(async (fan) => (await fan.looksAt(video)).is_favorite));
    await eventually(async () => expect((await alice.looksAt(video)).favorite_count).toBe(flags.filter(Boolean).length));
  });
});

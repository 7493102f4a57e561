import { ask, eventually, must, newUser, send, type Actor, type Answer, type UserObject } from '@doul/testing';
import { nanoid } from 'nanoid';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodePng } from '@doul/storage';

let alice: Actor;
beforeAll(async () => {
  alice = await newUser('alice');
});

const REGISTER = '/douyin/user/register/';
const PROFILE = '/douyin/user/profile/';

/** One endpoint of each API process that takes a token. */
const everywhere = (id: number): string[] => [
  '/douyin/user/',
  `/douyin/publish/list/?user_id=${id}`,
  '/douyin/comment/list/?video_id=1',
  `/douyin/relation/follow/list/?user_id=${id}`,
  `/douyin/message/chat/?to_user_id=${id}`,
];

const picture = (shade: number): Blob => new Blob([Uint8Array.from(encodePng(64, 64, (x) => [shade, x * 255, 0]))]);

describe('registering', () => {
  it('takes a name once, however it is written', async () => {
    const username = `Ｎame ${nanoid(6)}`;
    await must('POST', REGISTER, { form: { username, password: 'secret1' } });
    const again = await ask('POST', REGISTER, { json: { username: username.normalize('NFKC').toUpperCase(), password: 'secret2' } });
    expect(again).toMatchObject({ status_code: 11001, token: '' });
    expect(
      (await ask('POST', '/douyin/user/login/', { form: { username: username.toLowerCase(), password: 'secret1' } })).status_code,
    ).toBe(0);
  });

  it('counts characters, not bytes, and speaks the language of the client', async () => {
    const username = `${'豆'.repeat(20)}🌊${nanoid(11)}`;
    const answer = await must<{ token: string }>('POST', REGISTER, { form: { username, password: '密码密码密码' } });
    const { user } = await must<{ user: UserObject }>('GET', '/douyin/user/', { query: { token: answer.token } });
    expect(user.name).toBe(username);
    const refused = await ask('POST', REGISTER, {
      form: { username: `${username}x`, password: 'secret1' },
      headers: { 'accept-language': 'zh-CN' },
    });
    expect(refused).toMatchObject({ status_code: 10001, token: '' });
    expect(refused.status_msg).toMatch(/参数 username 无效：最多 32 个字符/);
  });

  it('is done once when a client sends it again with its idempotency key', async () => {
    const call = { form: { username: `again ${nanoid(8)}`, password: 'secret1' }, headers: { 'idempotency-key': nanoid() } };
    const first = await must('POST', REGISTER, call);
    const second = await must('POST', REGISTER, call);
    expect(second['user_id']).toBe(first['user_id']);
  });
});

describe('a session', () => {
  it('ends everywhere within a second of its logout, and only that one', async () => {
    const bob = await newUser('bob');
    const old = bob.token;
    await bob.logsIn();
    await must('POST', '/douyin/user/logout/', { token: old });
    const after = Date.now();
    const ended = (path: string) =>
      eventually(async () => expect((await ask('GET', path, { token: old })).status_code).toBe(10002), { within: 1_000, every: 50 });
    await Promise.all(everywhere(bob.id).map(ended));
    expect(Date.now() - after).toBeLessThan(2_000);
    expect((await ask('GET', '/douyin/feed/', { token: old })).status_code).toBe(0);
    expect((await bob.user()).id).toBe(bob.id);
  });

  it('is listed and can be revoked from another', async () => {
    const bob = await newUser('bob');
    const phone = bob.token;
    await bob.logsIn();
    type Sessions = { session_list: { id: number; current: boolean; agent: string; address: string }[] };
    const list = async (): Promise<Sessions['session_list']> =>
      (await must<Sessions>('GET', '/douyin/user/sessions/', { token: bob.token })).session_list;
    const other = (await list()).find((session) => !session.current);
    expect((await list()).map((session) => session.current).sort()).toEqual([false, true]);
    const revoke = (): Promise<Answer> =>
      ask('POST', '/douyin/user/sessions/revoke/', { form: { session_id: other?.id }, token: bob.token });
    expect([(await revoke()).status_code, (await revoke()).status_code]).toEqual([0, 0]);
    await eventually(async () => expect((await ask('GET', '/douyin/user/', { token: phone })).status_code).toBe(10002), { within: 1_000 });
    expect(await list()).toHaveLength(1);
  });
});

describe('a profile', () => {
  it('has pictures that answer, before and after they are chosen', async () => {
    const before = await alice.user();
    for (const url of [before.avatar, before.background_image]) {
      const response = await fetch(url);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
    }
    const multipart = { name: '小豆', avatar: picture(10), background_image: picture(20), token: alice.token };
    const { user } = await must<{ user: UserObject }>('POST', PROFILE, { multipart });
    expect(user).toMatchObject({ name: '小豆', signature: before.signature });
    expect(Buffer.from(await (await fetch(user.avatar)).arrayBuffer())).toEqual(Buffer.from(await picture(10).arrayBuffer()));
    await must('POST', PROFILE, { multipart: { avatar: picture(30), token: alice.token } });
    expect((await alice.user()).background_image).toBe(user.background_image);
    expect((await fetch(user.avatar)).status).toBe(404);
  });

  it('takes no other file, none that is too large, and none without a token', async () => {
    const before = await alice.user();
    const change = (avatar: Blob, token: string): Promise<Answer> =>
      ask('POST', PROFILE, { multipart: { avatar, name: 'changed', token } });
    expect((await change(new Blob(['<svg/>']), alice.token)).status_code).toBe(11005);
    expect((await change(picture(1), 'nobody')).status_code).toBe(10002);
    const large = await send('POST', PROFILE, { multipart: { avatar: new Blob([new Uint8Array(4_300_000)]), token: alice.token } });
    expect([large.status, ((await large.json()) as Answer).status_code]).toEqual([413, 10008]);
    expect(await alice.user()).toEqual(before);
  });

  it('is somebody’s only: the caller’s without an id, anybody’s with one', async () => {
    const { id } = alice;
    expect((await must<{ user: UserObject }>('GET', '/douyin/user/', { query: { user_id: id.toExponential(10) } })).user.id).toBe(id);
    expect((await ask('GET', '/douyin/user/')).status_code).toBe(10002);
    expect((await ask('GET', '/douyin/user/', { query: { user_id: 9_007_199_254_740_991 } })).status_code).toBe(11003);
    await must('POST', PROFILE, { query: { signature: 'hello', user_id: 1 }, token: alice.token });
    expect((await alice.user()).signature).toBe('hello');
  });
});

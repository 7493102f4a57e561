import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, newUsers, send, type Actor, type Answer } from '../index.js';
import { badValues, CODES, TABLE, type Row, type Stage } from './bad-input.table.js';

let stage: Stage;
beforeAll(async () => {
  const [alice, bob] = (await newUsers('alice', 'bob')) as [Actor, Actor];
  const video = await alice.publishes('bad input', { seconds: 1, width: 128, height: 128 });
  stage = { alice, bob, video, comment: await alice.comments(video, 'first') };
  // Everybody sees what this changed within a second; what changes after it was a refused request.
  await sleep(1_500);
}, 120_000);

/** What alice's and bob's actions could have changed. */
async function picture(): Promise<unknown> {
  const { alice, bob, video } = stage;
  const [first, second, seen, comments, messages, sessions] = await Promise.all([
    alice.user(),
    bob.user(),
    alice.looksAt(video),
    alice.commentsOn(video),
    alice.messagesWith(bob),
    ask('GET', '/douyin/user/sessions/', { token: alice.token }).then((answer) => (answer['session_list'] as unknown[]).length),
  ]);
  return { first, second, seen, comments, messages, sessions };
}

const request = (row: Row, query: Record<string, unknown>, token = stage.alice.token): Promise<Answer> =>
  ask(row.method, row.path, { query, token });

describe.each(TABLE.map((row) => [`${row.method} ${row.path}`, row] as const))('%s', (_name, row) => {
  const cases = Object.entries(row.parameters).flatMap(([parameter, kind]) =>
    Object.entries(badValues(kind)).map(([problem, value]) => [parameter, problem, value] as const),
  );

  it.each(cases)('refuses %s: %s', async (parameter, _problem, value) => {
    const before = await picture();
    const answer = await request(row, { ...row.good(stage), [parameter]: value });
    expect(answer.status_code).toBe(CODES.invalid);
    expect(answer.status_msg).toContain(parameter);
    expect(await picture()).toEqual(before);
  });

  it('refuses a list where one value belongs', async () => {
    const [parameter] = Object.keys(row.parameters) as [string];
    const good = row.good(stage);
    if (row.method === 'POST') {
      const answer = await ask(row.method, row.path, { json: { ...good, [parameter]: [good[parameter], 'x'] }, token: stage.alice.token });
      expect(answer.status_code).toBe(CODES.invalid);
    }
    const { [parameter]: value, ...others } = good;
    const twice = `${row.path}?${parameter}=${encodeURIComponent(String(value ?? 'a'))}&${parameter}=77`;
    expect((await ask(row.method, twice, { query: others, token: stage.alice.token })).status_code).toBe(CODES.conflicting);
  });

  it('refuses a wrong token', async () => {
    const answer = await request(row, row.good(stage), 'not.a.token');
    const ignoresTokens = ['/douyin/user/register/', '/douyin/user/login/'].includes(row.path);
    expect(answer.status_code).toBe(ignoresTokens ? 0 : CODES.unauthenticated);
  });

  it.runIf(row.needsToken)('refuses a missing token', async () => {
    const answer = await ask(row.method, row.path, { query: row.good(stage) });
    expect(answer.status_code).toBe(CODES.unauthenticated);
  });

  it.runIf('user_id' in row.parameters || 'to_user_id' in row.parameters || 'video_id' in row.parameters || 'session_id' in row.parameters)(
    'names an unknown id',
    async () => {
      const before = await picture();
      const parameter = Object.keys(row.parameters).find((name) => name.endsWith('_id')) ?? '';
      const answer = await request(row, {
        ...row.good(stage),
        [parameter]: 999_999_999_999,
        ...('action_type' in row.parameters ? { action_type: 1 } : {}),
      });
      const code = answer.status_code;
      // Somebody who does not exist has an empty list or is refused by name; nobody ever gets an internal error.
      expect(code === 0 || (code >= 11_000 && code < 17_000)).toBe(true);
      if (row.method === 'POST') expect(code).not.toBe(0);
      expect(await picture()).toEqual(before);
    },
  );
});

describe('what belongs to somebody else', () => {
  const asBob = (path: string, query: Record<string, unknown>): Promise<Answer> => ask('POST', path, { query, token: stage.bob.token });

  it('cannot be deleted or revoked', async () => {
    const { alice, video, comment } = stage;
    const before = await picture();
    const sessions = (await ask<{ session_list: { id: number }[] }>('GET', '/douyin/user/sessions/', { token: alice.token })).session_list;
    const answers = await Promise.all([
      asBob('/douyin/publish/delete/', { video_id: video.id }),
      asBob('/douyin/comment/action/', { video_id: video.id, action_type: 2, comment_id: comment.id }),
      asBob('/douyin/user/sessions/revoke/', { session_id: sessions[0]?.id }),
    ]);
    for (const answer of answers) expect(answer.status_code).toBeGreaterThanOrEqual(10_000);
    expect(await picture()).toEqual(before);
  });

  it('oneself can be neither followed nor written to', async () => {
    const { bob } = stage;
    expect((await asBob('/douyin/relation/action/', { to_user_id: bob.id, action_type: 1 })).status_code).toBeGreaterThanOrEqual(10_000);
    expect(
      (await asBob('/douyin/message/action/', { to_user_id: bob.id, action_type: 1, content: 'x' })).status_code,
    ).toBeGreaterThanOrEqual(10_000);
  });
});

describe('requests that are no requests', () => {
  it.each([
    ['an unknown path', 'GET', '/douyin/nothing/', {}, 404],
    ['a path outside', 'GET', '/elsewhere', {}, 404],
    ['a wrong method', 'DELETE', '/douyin/feed/', {}, 405],
    ['unreadable JSON', 'POST', '/douyin/user/login/', { 'content-type': 'application/json' }, 400],
    ['an unknown content type', 'POST', '/douyin/user/login/', { 'content-type': 'application/x-strange' }, 415],
  ])('%s gets an envelope', async (_name, method, path, headers, status) => {
    const response = await fetch(`${process.env['PUBLIC_URL'] ?? ''}${path}`, {
      method,
      headers,
      ...(method === 'POST' ? { body: '{"a":' } : {}),
    });
    expect(response.status).toBe(status);
    const body = (await response.json()) as Answer;
    expect(body.status_code).toBeGreaterThanOrEqual(10_000);
    expect(body.status_msg).not.toBe('');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('bodies and addresses beyond the limits', async () => {
    const large = await send('POST', '/douyin/user/login/', { form: { username: 'x'.repeat(3_000_000) } });
    expect(large.status).toBe(413);
    expect(((await large.json()) as Answer).status_code).toBe(10008);
    const long = await send('GET', `/douyin/feed/?x=${'y'.repeat(40_000)}`);
    expect(long.status).toBe(414);
    expect(((await long.json()) as Answer).status_code).toBeGreaterThanOrEqual(10_000);
  });

  it('a failed register still carries an empty token', async () => {
    expect(await ask('POST', '/douyin/user/register/', { query: { username: stage.alice.name, password: 'whatever' } })).toMatchObject({
      token: '',
    });
  });
});

describe('what sloppy clients send and is understood', () => {
  it.each(['1.0', '1e0', '+1', '1.000000e+00'])('action_type %s', async (action_type) => {
    const { bob, video } = stage;
    const answer = await ask('POST', '/douyin/favorite/action/', {
      query: { video_id: video.id.toExponential(12), action_type },
      token: bob.token,
    });
    expect([0, CODES.invalid]).toContain(answer.status_code);
    if (!action_type.startsWith('+')) expect(answer.status_code).toBe(0);
  });

  it('paths without their last slash, parameters in any place, empty content type', async () => {
    const { bob, video } = stage;
    const like = { video_id: String(video.id), action_type: '1' };
    expect((await ask('POST', '/douyin/favorite/action', { form: { ...like, token: bob.token } })).status_code).toBe(0);
    expect((await ask('POST', '/douyin/favorite/action/', { json: { ...like, token: bob.token } })).status_code).toBe(0);
    expect((await ask('POST', '/douyin/favorite/action/', { multipart: { ...like, token: bob.token } })).status_code).toBe(0);
    expect(
      (await ask('POST', '/douyin/favorite/action/', { query: { ...like, token: bob.token }, headers: { 'content-type': '' } }))
        .status_code,
    ).toBe(0);
  });

  it('a stale token still shows videos', async () => {
    expect((await ask('GET', '/douyin/feed/', { query: { token: 'stale' } })).status_code).toBe(0);
  });
});

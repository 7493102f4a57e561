import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type OSS from 'ali-oss';
import { BUCKET, KEYS, startTestServer, type TestServer } from './test-server.js';

let server: TestServer;
let oss: OSS;
beforeAll(async () => {
  server = await startTestServer();
  oss = server.client();
});
afterAll(() => server.close());

const policyOf = (conditions: unknown[], seconds = 60): object => ({
  expiration: new Date(Date.now() + seconds * 1_000).toISOString(),
  conditions,
});

const CONDITIONS = [
  { bucket: BUCKET },
  ['starts-with', '$key', 'uploads/'],
  ['in', '$content-type', ['video/mp4', 'image/png']],
  ['content-length-range', 2, 1_000],
];

async function post(fields: Record<string, string>, size = 10): Promise<{ status: number; body: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  form.set('file', new Blob([Buffer.alloc(size, 'v')], { type: 'video/mp4' }), 'clip one.mp4');
  const answer = await fetch(`${server.endpoint}/${BUCKET}/`, { method: 'POST', body: form });
  return { status: answer.status, body: await answer.text() };
}

const v1 = (policy: object): Record<string, string> => ({ ...oss.calculatePostSignature(policy) });

function v4(policy: object): Record<string, string> {
  const text = Buffer.from(JSON.stringify(policy)).toString('base64');
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = [time.slice(0, 8), 'cn-hangzhou', 'oss', 'aliyun_v4_request'];
  const key = scope.reduce<string | Buffer>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    `aliyun_v4${KEYS.accessKeySecret}`,
  );
  return {
    policy: text,
    'x-oss-signature-version': 'OSS4-HMAC-SHA256',
    'x-oss-credential': [KEYS.accessKeyId, ...scope].join('/'),
    'x-oss-date': time,
    'x-oss-signature': createHmac('sha256', key).update(text).digest('hex'),
  };
}

describe.each([
  ['V1', v1],
  ['V4', v4],
])('a form upload with a %s policy', (version, signed) => {
  const key = `uploads/${version}.mp4`;
  const fields = (changes: Record<string, string> = {}): Record<string, string> => ({
    key,
    'Content-Type': 'video/mp4',
    ...signed(policyOf(CONDITIONS)),
    ...changes,
  });

  it('stores what the policy allows', async () => {
    expect(await post(fields({ 'Cache-Control': 'max-age=5' }))).toEqual({ status: 204, body: '' });
    const head = await oss.head(key);
    expect(head.res.headers).toMatchObject({ 'content-type': 'video/mp4', 'content-length': '10', 'cache-control': 'max-age=5' });
    const named = await post(fields({ key: 'uploads/${filename}', success_action_status: '201' }));
    expect([named.status, named.body]).toEqual([201, expect.stringContaining('<Key>uploads/clip one.mp4</Key>')]);
  });

  it('refuses what it does not', async () => {
    const codeOf = async (changes: Record<string, string>, size?: number): Promise<string> =>
      /<Code>(\w+)</.exec((await post(fields(changes), size)).body)?.[1] ?? 'stored';
    expect(await codeOf({ key: 'elsewhere/a.mp4' })).toBe('AccessDenied');
    expect(await codeOf({ 'Content-Type': 'text/html' })).toBe('AccessDenied');
    expect(await codeOf({}, 1_001)).toBe('EntityTooLarge');
    expect(await codeOf({}, 500_000)).toBe('EntityTooLarge');
    expect(await codeOf({}, 1)).toBe('EntityTooSmall');
    expect(await codeOf(signed(policyOf(CONDITIONS, -1)))).toBe('AccessDenied');
    expect(await codeOf({ policy: Buffer.from('{}').toString('base64') })).toBe('SignatureDoesNotMatch');
    const found = await oss.listV2({ prefix: 'elsewhere/' });
    expect(found.objects).toEqual([]);
  });
});

it('refuses a form without a policy, and what is no form', async () => {
  expect((await post({ key: 'uploads/a' })).body).toContain('<Code>AccessDenied</Code>');
  const answer = await fetch(`${server.endpoint}/${BUCKET}/`, { method: 'POST', body: 'text' });
  expect(await answer.text()).toContain('<Code>MalformedPOSTRequest</Code>');
});

import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type OSS from 'ali-oss';
import { startTestServer, BUCKET, type TestServer } from './test-server.js';

let server: TestServer;
beforeAll(async () => (server = await startTestServer()));
afterAll(() => server.close());

const PART = 100 * 1024;
const meta = { uid: 7, pid: 8 };

describe.each([
  ['V1', false],
  ['V4', true],
])('ali-oss with %s signatures', (version, authorizationV4) => {
  let oss: OSS;
  const key = (name: string): string => `${version}/${name}`;
  beforeAll(() => (oss = server.client({ authorizationV4 })));

  it('puts and gets bytes, with their headers', async () => {
    const headers = { 'Cache-Control': 'max-age=60', 'Content-Disposition': 'attachment; filename="a.txt"' };
    const put = await oss.put(key('汉字 +&%.txt'), Buffer.from('hello'), { mime: 'text/plain', meta, headers });
    expect((put.res.headers as Record<string, string>)['etag']).toBe('"5D41402ABC4B2A76B9719D911017C592"');
    const got = await oss.get(key('汉字 +&%.txt'));
    expect((got.content as Buffer).toString()).toBe('hello');
    expect(got.res.headers).toMatchObject({
      'content-type': 'text/plain',
      'cache-control': 'max-age=60',
      'content-disposition': 'attachment; filename="a.txt"',
      'x-oss-meta-uid': '7',
      'x-oss-request-id': expect.stringMatching(/^[0-9A-F]{24}$/) as string,
    });
  });

  it('streams in and out', async () => {
    const bytes = Buffer.alloc(300_000, 'abc');
    await oss.putStream(key('stream.bin'), Readable.from([bytes.subarray(0, 100_000), bytes.subarray(100_000)]));
    const { stream } = await oss.getStream(key('stream.bin'));
    expect(await text(stream as Readable)).toBe(bytes.toString());
    const range = await oss.get(key('stream.bin'), { headers: { Range: 'bytes=3-5' } });
    expect([range.res.status, (range.content as Buffer).toString()]).toEqual([206, 'abc']);
  });

  it('heads, copies, replaces metadata and deletes', async () => {
    await oss.put(key('a.txt'), Buffer.from('one'), { meta });
    const head = await oss.head(key('a.txt'));
    expect(head.meta).toEqual({ uid: '7', pid: '8' });
    await oss.copy(key('b.txt'), key('a.txt'));
    expect((await oss.head(key('b.txt'))).meta).toEqual({ uid: '7', pid: '8' });
    await oss.putMeta(key('b.txt'), { uid: 9, pid: 9 }, {});
    expect((await oss.head(key('b.txt'))).meta).toEqual({ uid: '9', pid: '9' });
    await oss.delete(key('a.txt'));
    await oss.delete(key('a.txt'));
    await expect(oss.head(key('a.txt'))).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
    await expect(oss.get(key('a.txt'))).rejects.toMatchObject({ code: 'NoSuchKey', status: 404 });
  });

  it('refuses to overwrite when asked to', async () => {
    await oss.put(key('once.txt'), Buffer.from('1'));
    const headers = { 'x-oss-forbid-overwrite': 'true' };
    await expect(oss.put(key('once.txt'), Buffer.from('2'), { headers })).rejects.toMatchObject({ code: 'FileAlreadyExists' });
  });

  it('deletes many, markup and spaces in their keys included', async () => {
    const keys = ['d/<1>&".txt', 'd/2 .txt', "d/3'.txt"].map(key);
    for (const each of keys) await oss.put(each, Buffer.from('x'));
    const { deleted } = await oss.deleteMulti(keys);
    expect((deleted as unknown as { Key: string }[]).map((each) => each.Key)).toEqual(keys);
    expect((await oss.listV2({ prefix: key('d/') })).objects).toEqual([]);
  });

  it('lists in pages, V1 and V2, with a delimiter', async () => {
    for (const name of ['l/1', 'l/2', 'l/dir/a', 'l/dir/b', 'l/z']) await oss.put(key(name), Buffer.from('x'));
    const query = { prefix: key('l/'), delimiter: '/', 'max-keys': 2 };
    const first = await oss.listV2({ ...query });
    expect([first.objects.map((each) => each.name), first.prefixes]).toEqual([[key('l/1'), key('l/2')], null]);
    const second = await oss.listV2({ ...query, 'continuation-token': first.nextContinuationToken });
    expect([second.objects.map((each) => each.name), second.prefixes]).toEqual([[key('l/z')], [key('l/dir/')]]);
    expect(second.isTruncated).toBe(false);
    const old = await oss.list({ ...query, marker: key('l/1') }, {});
    expect([old.objects.map((each) => each.name), old.prefixes, old.nextMarker]).toEqual([[key('l/2')], [key('l/dir/')], key('l/dir/')]);
    const rest = await oss.list({ ...query, marker: old.nextMarker }, {});
    expect(rest.objects.map((each) => each.name)).toEqual([key('l/z')]);
  });

  it('uploads in parts', async () => {
    const bytes = Buffer.alloc(3 * PART, 'p');
    const done = await oss.multipartUpload(key('parts.bin'), bytes, { partSize: PART, parallel: 2 });
    expect((done.res.headers as Record<string, string>)['etag']).toMatch(/^"[0-9A-F]{32}-3"$/);
    expect(((await oss.get(key('parts.bin'))).content as Buffer).equals(bytes)).toBe(true);
  });

  it('copies by parts', async () => {
    await oss.put(key('source.bin'), Buffer.alloc(2 * PART + 5, 's'));
    const source = { sourceKey: key('source.bin'), sourceBucketName: BUCKET };
    await oss.multipartUploadCopy(key('copied.bin'), source as OSS.MultipartUploadCopySourceData, { partSize: PART });
    expect(((await oss.get(key('copied.bin'))).content as Buffer).length).toBe(2 * PART + 5);
  });

  it('lists, completes and aborts uploads', async () => {
    const { uploadId } = await oss.initMultipartUpload(key('slow.bin'));
    const one = await oss.uploadPart(key('slow.bin'), uploadId, 1, Buffer.alloc(PART, '1'), 0, PART);
    const two = await oss.uploadPart(key('slow.bin'), uploadId, 2, Buffer.from('2'), 0, 1);
    const uploads = await oss.listUploads({ prefix: key('slow'), 'max-uploads': 10 });
    expect(uploads.uploads.map((each) => each.uploadId)).toEqual([uploadId]);
    const { parts } = await oss.listParts(key('slow.bin'), uploadId, { 'max-parts': 10 } as OSS.ListPartsQuery);
    expect(parts).toHaveLength(2);
    await expect(oss.head(key('slow.bin'))).rejects.toMatchObject({ status: 404 });
    const etags = [one, two].map((part, at) => ({ number: at + 1, etag: (part as unknown as { etag: string }).etag }));
    await expect(oss.completeMultipartUpload(key('slow.bin'), uploadId, [{ number: 1, etag: '"0"' }])).rejects.toMatchObject({
      code: 'InvalidPart',
    });
    await oss.completeMultipartUpload(key('slow.bin'), uploadId, etags);
    expect((await oss.head(key('slow.bin'))).res.headers).toMatchObject({ 'content-length': String(PART + 1) });
    const other = await oss.initMultipartUpload(key('gone.bin'));
    await oss.abortMultipartUpload(key('gone.bin'), other.uploadId);
    await expect(oss.abortMultipartUpload(key('gone.bin'), other.uploadId)).rejects.toMatchObject({ code: 'NoSuchUpload' });
  });

  it('sets the ACL of objects and the bucket, and CORS', async () => {
    await oss.put(key('secret.txt'), Buffer.from('x'));
    await oss.putACL(key('secret.txt'), 'private');
    expect((await oss.getACL(key('secret.txt'))).acl).toBe('private');
    expect((await fetch(server.url(key('secret.txt')))).status).toBe(403);
    await oss.putBucketACL(BUCKET, 'private');
    expect((await oss.getBucketACL(BUCKET)).acl).toBe('private');
    await oss.putBucketACL(BUCKET, 'public-read');
    const before = (await oss.getBucketCORS(BUCKET)).rules;
    await oss.putBucketCORS(BUCKET, [{ allowedOrigin: 'https://a.example', allowedMethod: ['GET', 'PUT'], exposeHeader: 'ETag' }]);
    expect((await oss.getBucketCORS(BUCKET)).rules).toMatchObject([{ allowedOrigin: 'https://a.example', allowedMethod: ['GET', 'PUT'] }]);
    await oss.deleteBucketCORS(BUCKET);
    await expect(oss.getBucketCORS(BUCKET)).rejects.toMatchObject({ code: 'NoSuchCORSConfiguration' });
    await oss.putBucketCORS(BUCKET, before);
  });

  it('describes the bucket', async () => {
    expect((await oss.getBucketInfo(BUCKET)).bucket).toMatchObject({ Name: BUCKET });
    expect((await oss.getBucketLocation(BUCKET)).location).toBe('oss-cn-hangzhou');
    expect(JSON.stringify(await oss.listBuckets({}))).toContain(BUCKET);
    await expect(oss.getBucketInfo('elsewhere')).rejects.toMatchObject({ code: 'NoSuchBucket' });
  });

  it('signs addresses for reading and writing', async () => {
    const sign = (method: 'GET' | 'PUT', name: string, type?: string): Promise<string> => {
      const headers = type === undefined ? {} : { 'Content-Type': type };
      return authorizationV4
        ? oss.signatureUrlV4(method, 60, { headers }, key(name))
        : Promise.resolve(oss.signatureUrl(key(name), { method, expires: 60, ...headers }));
    };
    const address = await sign('PUT', 'direct.png', 'image/png');
    const put = (type: string): Promise<Response> => fetch(address, { method: 'PUT', body: 'png', headers: { 'content-type': type } });
    expect((await put('image/jpeg')).status).toBe(403);
    expect((await put('image/png')).status).toBe(200);
    await oss.putACL(key('direct.png'), 'private');
    const read = await fetch(await sign('GET', 'direct.png'));
    expect([read.status, read.headers.get('content-type'), await read.text()]).toEqual([200, 'image/png', 'png']);
  });
});

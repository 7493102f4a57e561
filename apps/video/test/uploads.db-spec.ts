import { UploadServiceDefinition } from '@doul/contracts';
import { handlersOf } from '@doul/rpc';
import { newContext } from '@doul/runtime';
import { objectStore } from '@doul/storage';
import { nanoid } from 'nanoid';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sizeOfPart, type StoredUpload } from '../model/upload.js';
import { UploadRepository } from '../model/upload.repository.js';
import { Uploads } from '../model/uploads.js';
import { MediaCheck } from '../rpc/media-check.js';
import { UploadService } from '../rpc/upload.service.js';
import { UploadCleaner } from '../worker/cleaning/upload-cleaner.js';
import { modelFixture, type ModelFixture } from './model-fixture.js';

/** The service without its wire. */
type Plain = Omit<UploadService, 'sign' | 'begin' | 'require'>;

function plain(service: UploadService): Plain {
  const handlers = handlersOf(UploadServiceDefinition, service as never);
  const calls = Object.entries(handlers).map(([name, handler]) => [name, (request: unknown) => handler(request, newContext('spec'))]);
  return Object.fromEntries(calls) as Plain;
}

const MIB = 2 ** 20;
const SIZE = 12 * MIB;
const DAY_MS = 86_400_000;

let model: ModelFixture;
let rows: UploadRepository;
let uploads: Uploads;
let service: Plain;
let cleaner: UploadCleaner;
const objects = objectStore();

beforeAll(async () => {
  model = await modelFixture();
  rows = new UploadRepository(model.database, model.videos);
  uploads = new Uploads(rows);
  service = plain(new UploadService(rows, uploads));
  cleaner = new UploadCleaner(rows, uploads);
});
afterAll(() => model.close());

let authors = 1_000;
const newAuthor = (): number => (authors += 1);

async function begin(authorId: number, requestKey = nanoid()): Promise<StoredUpload> {
  const told = { title: 't', fileName: 'f.mp4', contentType: 'video/mp4', sizeBytes: SIZE, sha256: '' };
  const { upload } = await service.initUpload({ authorId, requestKey, ...told });
  return (await rows.find(authorId, upload?.uploadId ?? '')) as StoredUpload;
}

async function send(upload: StoredUpload, numbers: readonly number[] = [1, 2, 3]): Promise<void> {
  for (const number of numbers) {
    const bytes = Buffer.alloc(sizeOfPart(upload, number), number);
    await objects.multipart.putPart(upload.objectKey, upload.storeId, number, Readable.from([bytes]), bytes.length);
  }
}

const again = (upload: StoredUpload): Promise<StoredUpload> => rows.byId(upload.id) as Promise<StoredUpload>;
const videosOf = async (authorId: number): Promise<number[]> => model.videos.listByAuthor(authorId, true, Number.MAX_SAFE_INTEGER, 100);
const complete = async (upload: StoredUpload): Promise<number> => uploads.complete(await again(upload));

describe('an upload', () => {
  it('is one for one request key, however often and at once it is begun', async () => {
    const author = newAuthor();
    const begun = await Promise.all(Array.from({ length: 8 }, () => begin(author, 'the same')));
    expect(new Set(begun.map(({ uploadId }) => uploadId)).size).toBe(1);
    const { uploads: open } = await objects.multipart.list('originals/', '', 1_000);
    expect(open.filter(({ uploadId }) => uploadId === begun[0]?.storeId)).toHaveLength(1);
    expect((await service.listUploads({ authorId: author, cursor: '', limit: 100 })).uploads).toHaveLength(1);
  });

  it('is one of at most twenty, also when they are begun at once', async () => {
    const author = newAuthor();
    const outcomes = await Promise.allSettled(Array.from({ length: 30 }, () => begin(author)));
    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as { name: string }] : []));
    expect(refused.map(({ name }) => name)).toEqual(Array.from({ length: 10 }, () => 'TOO_MANY_UPLOADS'));
    const first = outcomes.find((each) => each.status === 'fulfilled')?.value as StoredUpload;
    await uploads.end(first, 'aborted');
    await begin(author);
    await expect(begin(author)).rejects.toMatchObject({ name: 'TOO_MANY_UPLOADS' });
  });

  it('is nobody else’s', async () => {
    const [author, other] = [newAuthor(), newAuthor()];
    const { uploadId } = await begin(author);
    const asks = [
      () => service.getUpload({ authorId: other, uploadId }),
      () => service.signParts({ authorId: other, uploadId, numbers: [1] }),
      () => service.completeUpload({ authorId: other, uploadId }),
      () => service.abortUpload({ authorId: other, uploadId }),
    ];
    for (const ask of asks) await expect(ask()).rejects.toMatchObject({ name: 'NO_SUCH_UPLOAD' });
    expect((await service.listUploads({ authorId: other, cursor: '', limit: 10 })).uploads).toEqual([]);
  });
});

describe('the ledger', () => {
  it('is what the store says, and the last known when the store is away', async () => {
    const upload = await begin(newAuthor());
    await send(upload, [2]);
    const read = () => service.getUpload({ authorId: upload.authorId, uploadId: upload.uploadId });
    expect(await read()).toMatchObject({ fresh: true, parts: [{ number: 2, size: upload.partSize }] });
    await send(upload, [1]);
    await rows.setParts(upload.id, [], [{ number: 3, size: 7, etag: 'lost' }]);
    const before = await read();
    expect(before.parts.map(({ number }) => number)).toEqual([1, 2]);
    const away = vi.spyOn(objects.multipart, 'parts').mockRejectedValue(new Error('away'));
    expect(await read()).toMatchObject({ fresh: false, parts: before.parts });
    away.mockRestore();
    const [listed] = (await service.listUploads({ authorId: upload.authorId, cursor: '', limit: 10 })).uploads;
    expect(listed).toMatchObject({ storedParts: 2, storedBytes: 2 * upload.partSize });
  });
});

describe('completing', () => {
  it('names the parts that are missing or short, and can be asked for again', async () => {
    const upload = await begin(newAuthor());
    await send(upload, [1]);
    await objects.multipart.putPart(upload.objectKey, upload.storeId, 2, Readable.from([Buffer.alloc(MIB)]), MIB);
    await expect(complete(upload)).rejects.toMatchObject({ name: 'UPLOAD_INCOMPLETE', details: { count: 2, parts: '2, 3' } });
    await send(upload, [2, 3]);
    await complete(upload);
    expect((await objects.head(upload.objectKey))?.size).toBe(SIZE);
  });

  it('gives twenty who ask at once the same video', async () => {
    const upload = await begin(newAuthor());
    await send(upload);
    const ids = await Promise.all(Array.from({ length: 20 }, () => complete(upload)));
    expect(new Set(ids).size).toBe(1);
    expect(await videosOf(upload.authorId)).toEqual([ids[0]]);
    expect(await complete(upload)).toBe(ids[0]);
    await expect(service.abortUpload({ authorId: upload.authorId, uploadId: upload.uploadId })).rejects.toMatchObject({
      name: 'UPLOAD_COMPLETED',
    });
  });

  /** Each step of a completion is cut off, before it happens and after, as a killed process would. */
  const steps: readonly [string, () => { mockRestore(): void }][] = [
    ['marking it', () => dies(rows, 'move', 'before')],
    ['having marked it', () => dies(rows, 'move', 'after')],
    ['joining', () => dies(objects.multipart, 'complete', 'before')],
    ['having joined', () => dies(objects.multipart, 'complete', 'after')],
    ['looking at the object', () => dies(objects, 'head', 'before')],
    ['storing the video', () => dies(rows, 'complete', 'before')],
    ['having stored the video', () => dies(rows, 'complete', 'after')],
  ];
  it.each(steps)('is finished by a repeat after its process died at %s', async (_, die) => {
    const upload = await begin(newAuthor());
    await send(upload);
    const dead = die();
    await expect(complete(upload)).rejects.toThrow('killed');
    dead.mockRestore();
    const id = await complete(upload);
    expect(await videosOf(upload.authorId)).toEqual([id]);
    expect((await objects.head(upload.objectKey))?.size).toBe(SIZE);
  });

  it.each(steps.slice(1))('is finished by the worker when nobody repeats it, after its process died at %s', async (_, die) => {
    const upload = await begin(newAuthor());
    await send(upload);
    const dead = die();
    await expect(complete(upload)).rejects.toThrow('killed');
    dead.mockRestore();
    await cleaner.finish(Date.now() + 10 * 60_000);
    expect(await again(upload)).toMatchObject({ state: 'completed' });
    expect(await videosOf(upload.authorId)).toHaveLength(1);
  });
});

describe('the cleaner', () => {
  it('ends what has expired and removes its parts', async () => {
    const upload = await begin(newAuthor());
    await send(upload, [1]);
    await cleaner.expire(Date.now());
    expect((await again(upload)).state).toBe('open');
    await cleaner.expire(Date.now() + DAY_MS + 60_000);
    expect((await again(upload)).state).toBe('expired');
    await expect(objects.multipart.parts(upload.objectKey, upload.storeId)).rejects.toMatchObject({ problem: 'not-found' });
    await expect(complete(upload)).rejects.toMatchObject({ name: 'UPLOAD_ENDED' });
    await expect(service.signParts({ authorId: upload.authorId, uploadId: upload.uploadId, numbers: [1] })).rejects.toMatchObject({
      name: 'UPLOAD_ENDED',
    });
  });

  it('removes from the store what was aborted or has no row, and nothing that somebody works on', async () => {
    const [open, aborted] = [await begin(newAuthor()), await begin(newAuthor())];
    await rows.move(aborted.id, ['open'], 'aborted');
    const rowless = await objects.multipart.start(`originals/${nanoid()}.mp4`, { contentType: 'video/mp4', access: 'private' });
    const inStore = async (): Promise<string[]> =>
      (await objects.multipart.list('originals/', '', 1_000)).uploads.map(({ uploadId }) => uploadId);
    // Those of other specs that have no row here are older than nothing: the time is kept at now for the first look.
    await cleaner.sweepStore(Date.now());
    expect(await inStore()).toEqual(expect.arrayContaining([open.storeId, rowless]));
    expect(await inStore()).not.toContain(aborted.storeId);
    const check = new MediaCheck(model.videos, uploads);
    const reported = (await check.page('parts:', 1_000, Date.now() + 2 * 3_600_000)).differences.join('\n');
    expect(reported).toContain(rowless);
    expect(reported).not.toContain(open.storeId);
    await cleaner.sweepStore(Date.now() + 2 * 3_600_000);
    expect(await inStore()).toContain(open.storeId);
    expect(await inStore()).not.toContain(rowless);
  });

  it('keeps a joined object whose video is not made yet, however old the store says it is', async () => {
    const upload = await begin(newAuthor());
    await send(upload);
    const dead = dies(rows, 'complete', 'before');
    await expect(complete(upload)).rejects.toThrow('killed');
    dead.mockRestore();
    expect(await model.videos.ownerless([upload.objectKey])).toEqual([]);
    await rows.move(upload.id, ['completing'], 'expired');
    expect(await model.videos.ownerless([upload.objectKey])).toEqual([upload.objectKey]);
  });

  it('forgets ended uploads after a week', async () => {
    const upload = await begin(newAuthor());
    await uploads.end(upload, 'aborted');
    await rows.forget(Date.now() - DAY_MS, 1_000);
    expect(await again(upload)).toBeDefined();
    await rows.forget(Date.now() + DAY_MS, 1_000);
    expect(await again(upload)).toBeUndefined();
  });
});

/** Makes the next call of a method fail as if the process had died just before it, or just after. */
function dies<T extends object>(owner: T, method: keyof T & string, when: 'before' | 'after'): { mockRestore(): void } {
  const spy = vi.spyOn(owner as Record<string, (...args: unknown[]) => Promise<unknown>>, method);
  const original = (Object.getPrototypeOf(owner) as Record<string, (...args: unknown[]) => Promise<unknown>>)[method];
  return spy.mockImplementationOnce(async (...args) => {
    if (when === 'after') await original?.apply(owner, args);
    throw new Error('killed');
  });
}

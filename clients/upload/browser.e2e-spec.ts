import { objectStore } from '@doul/storage';
import { largeFile, newUser, publicUrl, sha256Of, withPage, type Actor, type LargeFile } from '@doul/testing';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MIB = 2 ** 20;
const PART_BYTES = 5 * MIB;
/** Three parts. */
const FILE_BYTES = 12 * MIB;
/** Slow enough that parts are seen on their way, in bytes/s. */
const LINE = { upload: 10 * MIB, download: 100 * MIB, latency: 0 };

const built = resolve(process.env['DOUL_ROOT'] ?? '.', 'dist/clients/upload');
/** As a page is that did not come by HTTPS. */
const PAGE = `<!doctype html><input type="file"><script>delete Crypto.prototype.randomUUID</script><script type="module">
import { VideoUpload } from '/upload/index.js';
window.VideoUpload = VideoUpload;
</script>`;

/** Runs in the page: sends the chosen file, or the rest of it, until `pauseAt` bytes are stored or on their way; what it was told. */
const SEND = `async (options, pauseAt) => {
  const [file] = document.querySelector('input').files;
  const told = [];
  const etags = [];
  const header = XMLHttpRequest.prototype.getResponseHeader;
  XMLHttpRequest.prototype.getResponseHeader = function (name) {
    const value = header.call(this, name);
    etags.push(value);
    return value;
  };
  const onProgress = (progress) => {
    told.push(progress);
    if (progress.state === 'uploading' && progress.sentBytes >= pauseAt) upload.pause();
  };
  const upload = new VideoUpload(file, { ...options, parallel: 1, onProgress });
  const id = await upload.run();
  return { told, etags, id: id ?? 0 };
}`;

interface Told {
  state: string;
  uploadId: string;
  sentBytes: number;
  totalBytes: number;
}
interface Sent {
  told: Told[];
  etags: (string | null)[];
  /** 0 = it was paused. */
  id: number;
}

/** A web app of another origin than the API's and the store's: nothing but the client as it was built. */
async function webApp(): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://app');
    const script = pathname.startsWith('/upload/');
    response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
    response.end(script ? readFileSync(resolve(built, basename(pathname))) : PAGE);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return server;
}

// What a browser does depends on nothing that the shapes differ in.
describe.skipIf(process.env['DOUL_SHAPE'] === 'all-in-one')('an upload from a page', () => {
  let app: Server;
  let alice: Actor;
  let file: LargeFile;
  beforeAll(async () => {
    app = await webApp();
    alice = await newUser('alice');
    file = await largeFile(FILE_BYTES);
  });
  afterAll(async () => {
    app.close().closeAllConnections();
    await file.remove();
  });

  it('shows its progress, pauses, goes on after a reload and a lost network, and arrives as it is', async () => {
    await withPage(async (page) => {
      const puts: URL[] = [];
      page.on('request', (request) => void (request.method() === 'PUT' && puts.push(new URL(request.url()))));
      const devtools = await page.createCDPSession();
      const block = (urls: string[]): Promise<unknown> => devtools.send('Network.setBlockedURLs', { urls });
      /** The numbers of the parts that were sent since this was last asked. */
      const parts = (): string[] => puts.splice(0).map(({ searchParams }) => searchParams.get('partNumber') ?? '');
      const send = async (more: object, pauseAt: number): Promise<Sent> => {
        await page.goto(`http://127.0.0.1:${(app.address() as AddressInfo).port}/`);
        await page.waitForFunction('window.VideoUpload');
        await (await page.$('input'))?.uploadFile(file.path);
        const options = { baseUrl: publicUrl(), token: alice.token, ...more };
        return (await page.evaluate(`(${SEND})(${JSON.stringify(options)}, ${pauseAt})`)) as Sent;
      };
      await page.emulateNetworkConditions(LINE);

      const paused = await send({ title: 'from a page', sha256: file.sha256 }, PART_BYTES + 1);
      expect([paused.id, paused.told.at(-1)?.state, parts()]).toEqual([0, 'paused', ['1', '2']]);
      expect(paused.told.some(({ sentBytes }) => sentBytes > 0 && sentBytes < PART_BYTES)).toBe(true);
      // Without it nobody could tell a part that was damaged on its way.
      expect(paused.etags).toEqual([expect.stringMatching(/^"[0-9A-F]{32}"$/)]);

      // The way to the store is closed until the page has run into it.
      await devtools.send('Network.enable');
      await block(['*partNumber=*']);
      let lost = 0;
      page.on('requestfailed', (request) => {
        if (request.method() === 'PUT') lost += 1;
        void block([]);
      });
      const { told, id } = await send({ uploadId: paused.told.at(-1)?.uploadId }, Infinity);
      const [url] = puts;
      expect(told.at(-1)).toMatchObject({ state: 'completed', sentBytes: FILE_BYTES, totalBytes: FILE_BYTES });
      expect(lost).toBeGreaterThan(0);
      // Nor the second again, if it had arrived when it was cut.
      const sent = new Set(parts());
      expect([sent.has('1'), sent.has('3')]).toEqual([false, true]);
      expect(await sha256Of(await objectStore().getStream(url?.pathname.replace('/storage/', '') ?? ''))).toBe(file.sha256);
      expect((await alice.videosOf(alice)).map((video) => [video.id, video.title])).toEqual([[id, 'from a page']]);
    });
  }, 120_000);
});

import { objectStore } from '@doul/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chaos, eventually, must, newUsers, publicUrl, recovered, send, stranger, type Actor, type VideoObject } from '../index.js';
import { startByHand, stopByHand, type Instance } from './by-hand.js';

const LAYERS = ['video-rpc', 'video-worker'];
const SIGNED_SECONDS = 3_600;
/** What an operator sets for it. */
const SIGNED = { MEDIA_ACCESS: 'signed', MEDIA_SIGNED_SECONDS: String(SIGNED_SECONDS), MEDIA_API_BASE_URL: publicUrl() };

const FOREVER = 'public, max-age=31536000, immutable';
const PLAYLIST = 'application/vnd.apple.mpegurl';

const keyOf = (url: string): string => new URL(url).pathname.replace('/storage/', '');
const filesOf = (video: VideoObject): string[] => [video.play_url, video.cover_url, video.cover_small_url, video.preview_url];
const addressesOf = (video: VideoObject): string[] => [...filesOf(video), video.hls_url, video.storyboard_url];
const rangeOf = (start: number, size: number) => ({ headers: { range: `bytes=${start}-${start + size - 1}` } });

/** Until when an address is good, Unix ms. */
function endOf(url: string): number {
  const { searchParams } = new URL(url);
  const signedAt = (searchParams.get('x-oss-date') ?? '').replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  return Date.parse(signedAt) + Number(searchParams.get('x-oss-expires')) * 1_000;
}

/** The same address with one parameter of its query replaced. */
function altered(url: string, name: string, value: (old: string) => string): string {
  const other = new URL(url);
  other.searchParams.set(name, value(other.searchParams.get(name) ?? ''));
  return other.href;
}

/** The lines of what the API signs addresses in. */
async function linesOf(url: string, type: string): Promise<string[]> {
  const answer = await send('GET', url);
  const { headers, status } = answer;
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([200, type, 'public, max-age=10']);
  return (await answer.text()).split('\n');
}

describe('media that nobody reads without a signature', () => {
  const instances: Instance[] = [];
  let alice: Actor;
  let bob: Actor;
  let video: VideoObject;

  /** The layers that store media and name their addresses, in place of the ordinary ones. */
  beforeAll(async () => {
    await recovered();
    instances.push(...(await Promise.all(LAYERS.map((layer) => startByHand(layer, SIGNED)))));
    await Promise.all(LAYERS.map(chaos.stop));
    [alice, bob] = (await newUsers('alice', 'bob')) as [Actor, Actor];
    await alice.publishes('for those who are told', { seconds: 3, width: 360, height: 640 });
    video = await eventually(
      async () => {
        const seen = (await alice.videosOf(alice))[0] as VideoObject;
        expect(seen.storyboard_url).not.toBe('');
        return seen;
      },
      { within: 60_000 },
    );
  }, 180_000);

  afterAll(async () => {
    // Ordinary layers would give it addresses that nobody can read.
    await alice.deletes(video).finally(() => Promise.all([...LAYERS.map(chaos.start), ...instances.map(stopByHand)]));
  }, 180_000);

  it('are read through the addresses of lists and the feed, as what they are', async () => {
    const listed = await bob.looksAt(video);
    const fed = (await bob.feed()).videos.find(({ id }) => id === video.id) as VideoObject;
    for (const seen of [listed, fed]) {
      const answers = await Promise.all(filesOf(seen).map((url) => send('GET', url)));
      const told = answers.map(({ status, headers }) => [status, headers.get('content-type'), headers.get('cache-control')]);
      const types = ['video/mp4', 'image/jpeg', 'image/jpeg', 'image/webp'];
      expect(told).toEqual(types.map((type) => [200, type, FOREVER]));
      // Shown, not downloaded; and by pages of other origins.
      expect(answers.map(({ headers }) => headers.get('content-disposition'))).toEqual(types.map(() => null));
      for (const url of filesOf(seen)) expect(endOf(url) - Date.now()).toBeGreaterThanOrEqual(SIGNED_SECONDS * 1_000);
    }
    const page = await send('GET', video.play_url, { headers: { origin: 'https://app.example' } });
    expect(page.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('are read in ranges', async () => {
    const whole = Buffer.from(await (await send('GET', video.play_url)).arrayBuffer());
    const part = await send('GET', video.play_url, rangeOf(1_000, 500));
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 1000-1499/${whole.length}`]);
    expect(Buffer.from(await part.arrayBuffer()).equals(whole.subarray(1_000, 1_500))).toBe(true);
    expect((await send('GET', video.play_url, rangeOf(whole.length, 1))).status).toBe(416);
  });

  it('are refused without their signature, with a changed one, another’s, and one that is over', async () => {
    const [own = '', other = ''] = filesOf(video);
    for (const url of filesOf(video)) {
      const key = keyOf(url);
      expect((await send('GET', `/media/${key}`)).status).toBe(404);
      expect((await send('GET', `/storage/${key}`)).status).toBe(404);
      // Nor from the bucket itself, past nginx.
      expect((await fetch(`${process.env['OSS_ENDPOINT']}/${process.env['OSS_BUCKET']}/${key}`)).status).toBe(403);
    }
    for (const name of ['master.m3u8', 'storyboard.vtt'])
      expect((await send('GET', `/media/${keyOf(own).replace('play.mp4', name)}`)).status).toBe(404);
    const bent = altered(own, 'x-oss-signature', (text) => text.replace(/.$/, (last) => (last === '0' ? '1' : '0')));
    const longer = altered(own, 'x-oss-expires', (seconds) => String(Number(seconds) + 1));
    const borrowed = `${publicUrl()}/storage/${keyOf(other)}${new URL(own).search}`;
    for (const url of [bent, longer, borrowed]) expect((await send('GET', url)).status).toBe(403);
    const short = objectStore().signRead(keyOf(own), { seconds: 2 });
    expect((await send('GET', short)).status).toBe(200);
    await eventually(async () => expect((await send('GET', short)).status).toBe(403));
  });

  it('have the same addresses for everybody, so that caches hit', async () => {
    // Not so for those who ask on both sides of a window's end.
    await eventually(async () => {
      const seen = [
        await alice.looksAt(video),
        await bob.looksAt(video),
        (await stranger.feed()).videos.find(({ id }) => id === video.id) as VideoObject,
      ];
      expect(seen.map(addressesOf)).toEqual(seen.map(() => addressesOf(video)));
    });
  });

  it('play through playlists whose every address is signed, to the last byte', async () => {
    const master = await linesOf(video.hls_url, PLAYLIST);
    const renditions = master.filter((line) => line !== '' && !line.startsWith('#'));
    expect(renditions).toHaveLength(1);
    for (const url of renditions) {
      expect(url).toContain('/douyin/publish/playlist/?video_id=');
      const lines = await linesOf(url, PLAYLIST);
      const [, header = '', size = ''] = /#EXT-X-MAP:URI="([^"]+)",BYTERANGE="(\d+)@0"/.exec(lines.join('\n')) ?? [];
      const ranges = [...lines.join('\n').matchAll(/#EXTINF:([\d.]+),\s+#EXT-X-BYTERANGE:(\d+)@(\d+)\s+(\S+)/g)];
      const parts = [{ address: header, start: 0, bytes: Number(size) }];
      for (const [, , bytes, start, address = ''] of ranges) parts.push({ address, start: Number(start), bytes: Number(bytes) });
      const pieces: Buffer[] = [];
      for (const { address, start, bytes } of parts) {
        const answer = await send('GET', address, rangeOf(start, bytes));
        expect([answer.status, answer.headers.get('content-type')]).toEqual([206, 'video/mp4']);
        pieces.push(Buffer.from(await answer.arrayBuffer()));
        expect((await send('GET', address.replace(/\?.*$/, ''))).status).toBe(404);
      }
      const whole = Buffer.from(await (await send('GET', header)).arrayBuffer());
      expect(Buffer.concat(pieces).equals(whole)).toBe(true);
      const seconds = ranges.reduce((sum, [, length]) => sum + Number(length), 0);
      expect(Math.abs(seconds - 3)).toBeLessThan(0.15);
    }
  });

  it('have a storyboard whose picture is signed', async () => {
    const cues = (await linesOf(video.storyboard_url, 'text/vtt; charset=utf-8')).filter((line) => line.includes('#xywh='));
    expect(cues).toHaveLength(3);
    for (const cue of cues) {
      const picture = await send('GET', cue);
      expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    }
  });

  it('have a cover before they are made, and keep the upload for its author', async () => {
    const data = new Blob([Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypisom'), Buffer.alloc(5_000)])]);
    await must('POST', '/douyin/publish/action/', { multipart: { token: bob.token, title: 'broken', data } });
    const broken = await bob.awaits('broken', 'rejected');
    for (const url of [broken.cover_url, broken.cover_small_url]) {
      const cover = await send('GET', url);
      expect([cover.status, cover.headers.get('content-type'), endOf(url) > Date.now()]).toEqual([200, 'image/png', true]);
    }
    const upload = Buffer.from(await (await send('GET', broken.play_url)).arrayBuffer());
    expect(upload.equals(Buffer.from(await data.arrayBuffer()))).toBe(true);
    expect((await send('GET', broken.play_url.replace(/\?.*$/, ''))).status).toBe(404);
    expect(await alice.videosOf(bob)).toEqual([]);
  });
});

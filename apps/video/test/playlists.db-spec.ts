import { objectStore } from '@doul/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MediaAddresses } from '../rpc/media-addresses.js';
import { Playlists } from '../rpc/playlists.js';
import { aPublication, modelFixture, type ModelFixture } from './model-fixture.js';

const TRY = 'V1StGXR8_Z5jdHi6B-myT';
const MASTER = `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n720p.m3u8\n#EXT-X-STREAM-INF:BANDWIDTH=2\n${TRY}/360p.m3u8\n`;
const MEDIA = '#EXTM3U\n#EXT-X-MAP:URI="360p.mp4",BYTERANGE="4@0"\n#EXTINF:2.0,\n#EXT-X-BYTERANGE:4@4\n360p.mp4\n#EXT-X-ENDLIST\n';

const STORYBOARD = 'WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nstoryboard.jpg#xywh=0,0,90,160\n';

let model: ModelFixture;
let playlists: Playlists;
let id: number;
const objects = objectStore();
const before = { ...process.env };

/** A store that nobody can read without a signature. */
beforeAll(async () => {
  process.env['MEDIA_ACCESS'] = 'signed';
  process.env['MEDIA_API_BASE_URL'] = 'http://api.test';
  model = await modelFixture();
  playlists = new Playlists(model.cards, new MediaAddresses());
  const made = await model.videos.create({ authorId: 1, title: '', objectKey: 'originals/p', sizeBytes: 1, requestKey: 'p' });
  id = made?.id ?? 0;
  const publication = aPublication();
  await model.publications.publish(await model.claim(id), publication, []);
  const put = (name: string, text: string) =>
    objects.put(`media/${publication.mediaSet}/${name}`, Buffer.from(text), { contentType: 'text/plain', access: 'private' });
  await put('master.m3u8', MASTER);
  await put(`${TRY}/360p.m3u8`, MEDIA);
  await put(`${TRY}/360p.mp4`, 'abcdefgh');
  await put('storyboard.vtt', STORYBOARD);
  await put('storyboard.jpg', 'a picture');
});
afterAll(async () => {
  process.env = before;
  await model.close();
});

describe('playlists of private media', () => {
  it('lead from the master to signed files that anybody can read, and nobody without', async () => {
    const master = (await playlists.text(id, '')).split('\n');
    expect(master[2]).toBe(`http://api.test/douyin/publish/playlist/?video_id=${id}&name=720p.m3u8`);
    const name = new URL(master[4] ?? '').searchParams.get('name') ?? '';
    expect(name).toBe(`${TRY}/360p.m3u8`);
    const media = await playlists.text(id, name);
    const file = media.split('\n')[4] ?? '';
    expect(media).toContain(`#EXT-X-MAP:URI="${file}",BYTERANGE="4@0"`);
    const part = await fetch(file, { headers: { range: 'bytes=4-7' } });
    expect([part.status, await part.text()]).toEqual([206, 'efgh']);
    expect([403, 404]).toContain((await fetch(file.replace(/\?.*$/, ''))).status);
  });

  it('have storyboards beside them, which lead to a signed picture', async () => {
    const cue = (await playlists.text(id, 'storyboard.vtt')).split('\n')[3] ?? '';
    expect(cue).toMatch(/#xywh=0,0,90,160$/);
    expect(await (await fetch(cue)).text()).toBe('a picture');
  });

  it('are the same within a window, so that caches hit', async () => {
    expect(await playlists.text(id, `${TRY}/360p.m3u8`)).toBe(await playlists.text(id, `${TRY}/360p.m3u8`));
  });

  it('are of published videos only, and name nothing outside their folder', async () => {
    await expect(playlists.text(id, '../../originals/p')).rejects.toThrow('no such video');
    await expect(playlists.text(id, '480p.m3u8')).rejects.toThrow('no such video');
    const waiting = await model.videos.create({ authorId: 1, title: '', objectKey: 'originals/q', sizeBytes: 1, requestKey: 'q' });
    await expect(playlists.text(waiting?.id ?? 0, '')).rejects.toThrow('no such video');
  });
});

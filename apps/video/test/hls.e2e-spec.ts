import { eventually, newUser, publicUrl, withPage } from '@doul/testing';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';

const library = createRequire(import.meta.url).resolve('hls.js/dist/hls.min.js');

interface Played {
  levels: string[];
  ended: boolean;
  seconds: number;
  size: string;
  errors: string[];
}

/** Runs in the page: plays a master playlist from beginning to end in one of its renditions, as a web client does. */
const PLAY_HLS = `async (url, height) => {
  const video = document.body.appendChild(document.createElement('video'));
  video.muted = true;
  const hls = new Hls({ enableWorker: false });
  const played = { levels: [], errors: [] };
  const ended = await new Promise((resolve) => {
    hls.on(Hls.Events.ERROR, (_, { details, fatal }) => {
      played.errors.push(details);
      if (fatal) resolve(false);
    });
    hls.on(Hls.Events.MANIFEST_PARSED, () => {
      played.levels = hls.levels.map((level) => level.width + 'x' + level.height).sort();
      hls.currentLevel = hls.levels.findIndex((level) => level.height === height);
      void video.play();
    });
    video.addEventListener('ended', () => resolve(true));
    setTimeout(() => resolve(false), 30000);
    hls.loadSource(url);
    hls.attachMedia(video);
  });
  const answer = { ...played, ended, seconds: video.currentTime, size: video.videoWidth + 'x' + video.videoHeight };
  hls.destroy();
  return answer;
}`;

/** Runs in the page: plays a file for half a second; the size of its picture, or what is wrong with it. */
const PLAY_FILE = `(url) => new Promise((resolve) => {
  const video = document.createElement('video');
  video.muted = true;
  video.src = url;
  video.addEventListener('timeupdate', () => video.currentTime > 0.5 && resolve(video.videoWidth + 'x' + video.videoHeight));
  video.addEventListener('error', () => resolve(video.error.message));
  void video.play();
})`;

// What a browser does with it depends on nothing that the shapes differ in.
describe.skipIf(process.env['DOUL_SHAPE'] === 'all-in-one')('a published video in a browser', () => {
  it('plays through hls.js from beginning to end in each of its renditions', async () => {
    const alice = await newUser('alice');
    const video = await alice.publishes('for a browser', { seconds: 3, width: 540, height: 960, pattern: 'shapes' });
    await eventually(
      async () => {
        const master = await (await fetch(video.hls_url)).text();
        expect(master.match(/#EXT-X-STREAM-INF/g)).toHaveLength(2);
      },
      { within: 60_000 },
    );
    await withPage(async (page) => {
      await page.goto(`${publicUrl()}/docs`, { waitUntil: 'domcontentloaded' });
      await page.addScriptTag({ path: library });
      for (const size of ['540x960', '360x640']) {
        const height = Number(size.split('x')[1]);
        const played = (await page.evaluate(`(${PLAY_HLS})(${JSON.stringify(video.hls_url)}, ${height})`)) as Played;
        expect(played).toMatchObject({ ended: true, size, errors: [], levels: ['360x640', '540x960'] });
        expect(Math.abs(played.seconds - 3)).toBeLessThan(0.2);
      }
      expect(await page.evaluate(`(${PLAY_FILE})(${JSON.stringify(video.play_url)})`)).toBe('540x960');
    });
  }, 120_000);
});

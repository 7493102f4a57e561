import { CARD_KEPT_MS } from '@doul/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { StoredVideo } from '../model/video.js';
import { MediaAddresses } from './media-addresses.js';

const HOUR_MS = 3_600_000;
const MEDIA_SET = 'V1StGXR8_Z5jdHi6B-myT';
const made = {
  id: 7,
  mediaSet: MEDIA_SET,
  pictures: 1,
  coverKey: `media/${MEDIA_SET}/cover-a.jpg`,
  objectKey: 'originals/a.mp4',
} as StoredVideo;
const unmade = { ...made, mediaSet: '', pictures: 0, coverKey: '' };
const old = { ...unmade, coverKey: 'covers/a.jpg', objectKey: 'videos/a.mp4' };

const partsOf = (url: string): URLSearchParams => new URL(url).searchParams;

describe('signed addresses of media', () => {
  const begin = Date.parse('2030-01-01T10:00:00Z');
  const at = (ms: number): MediaAddresses => {
    vi.setSystemTime(ms);
    return new MediaAddresses();
  };
  beforeAll(() => {
    vi.stubEnv('MEDIA_ACCESS', 'signed');
    vi.stubEnv('MEDIA_SIGNED_SECONDS', '3600');
    vi.stubEnv('MEDIA_API_BASE_URL', 'https://api.test');
  });
  afterAll(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  it('are the same from the beginning of a window to its end, and good for the promised time from there on', () => {
    const first = at(begin).of(made);
    expect(at(begin + HOUR_MS - 1).of(made)).toEqual(first);
    expect(at(begin + HOUR_MS).of(made).playUrl).not.toBe(first.playUrl);
    expect(first.hlsUrl).toBe('https://api.test/douyin/publish/playlist/?video_id=7');
    expect(first.storyboardUrl).toBe('https://api.test/douyin/publish/playlist/?video_id=7&name=storyboard.vtt');
    for (const url of [first.playUrl, first.coverUrl, first.coverSmallUrl, first.previewUrl]) {
      expect(partsOf(url).get('x-oss-date')).toBe('20300101T100000Z');
      // Who is answered with a card that has been kept as long as may be has them for an hour too.
      expect(Number(partsOf(url).get('x-oss-expires')) * 1_000).toBeGreaterThanOrEqual(2 * HOUR_MS + CARD_KEPT_MS);
    }
  });

  it('are those of everything: videos that are not made yet, and those from before media sets', () => {
    for (const video of [unmade, old]) {
      const { playUrl, coverUrl, coverSmallUrl } = at(begin).of(video);
      for (const url of [playUrl, coverUrl, coverSmallUrl]) expect(partsOf(url).has('x-oss-signature')).toBe(true);
    }
  });
});

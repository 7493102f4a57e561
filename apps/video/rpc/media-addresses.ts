import type { Card } from '@doul/contracts';
import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { MASTER_FILE, PLAY_FILE, PREVIEW_FILE, STORYBOARD_FILE, setPrefix, smallCoverKey } from '../model/media-keys.js';
import type { StoredVideo } from '../model/video.js';
import { DEFAULT_COVER_KEY } from './default-cover.js';

export type VideoAddresses = Pick<Card, 'playUrl' | 'coverUrl' | 'hlsUrl' | 'coverSmallUrl' | 'previewUrl' | 'storyboardUrl'>;

/** How long the author of a video that is not published yet can play the upload, in s. */
const ORIGINAL_SECONDS = 3_600;
/** Uploads from before originals were private. */
const PUBLIC_PREFIX = 'videos/';

/** Where the files of a video are read from. */
@Injectable()
export class MediaAddresses {
  private readonly objects: ObjectStore = objectStore();

  async of(video: StoredVideo): Promise<VideoAddresses> {
    const { mediaSet, pictures, coverKey } = video;
    const file = (name: string): string => this.objects.publicUrl(`${setPrefix(mediaSet)}${name}`);
    const coverUrl = this.objects.publicUrl(coverKey || DEFAULT_COVER_KEY);
    if (mediaSet === '') {
      const playUrl = await this.original(video.objectKey);
      return { playUrl, coverUrl, hlsUrl: '', coverSmallUrl: coverUrl, previewUrl: '', storyboardUrl: '' };
    }
    return {
      playUrl: file(PLAY_FILE),
      coverUrl,
      hlsUrl: file(MASTER_FILE),
      coverSmallUrl: this.objects.publicUrl(smallCoverKey(coverKey)),
      previewUrl: pictures === 1 ? file(PREVIEW_FILE) : '',
      storyboardUrl: pictures === 1 ? file(STORYBOARD_FILE) : '',
    };
  }

  private original(key: string): Promise<string> {
    if (key.startsWith(PUBLIC_PREFIX)) return Promise.resolve(this.objects.publicUrl(key));
    return this.objects.signRead(key, ORIGINAL_SECONDS);
  }
}

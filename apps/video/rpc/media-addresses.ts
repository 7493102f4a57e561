import { CARD_KEPT_MS, type Card } from '@doul/contracts';
import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { MASTER_FILE, PLAY_FILE, PREVIEW_FILE, STORYBOARD_FILE, setPrefix, smallCoverKey } from '../model/media-keys.js';
import type { StoredVideo } from '../model/video.js';
import { videoConfig } from '../video.config.js';
import { DEFAULT_COVER_KEY } from './default-cover.js';

export type VideoAddresses = Pick<Card, 'playUrl' | 'coverUrl' | 'hlsUrl' | 'coverSmallUrl' | 'previewUrl' | 'storyboardUrl'>;

/** How long the author of a video that is not published yet can play the upload, in s. */
const ORIGINAL_SECONDS = 3_600;
const KEPT_SECONDS = CARD_KEPT_MS / 1_000;
/** Uploads from before originals were private. */
const PUBLIC_PREFIX = 'videos/';

/** Where the files of a video are read from. */
@Injectable()
export class MediaAddresses {
  private readonly objects: ObjectStore = objectStore();
  private readonly config = videoConfig();

  of(video: StoredVideo): VideoAddresses {
    const { mediaSet, pictures, coverKey } = video;
    const file = (name: string): string => this.file(`${setPrefix(mediaSet)}${name}`);
    if (mediaSet === '') {
      const coverUrl = this.file(coverKey || DEFAULT_COVER_KEY);
      const playUrl = this.original(video.objectKey);
      return { playUrl, coverUrl, hlsUrl: '', coverSmallUrl: coverUrl, previewUrl: '', storyboardUrl: '' };
    }
    return {
      playUrl: file(PLAY_FILE),
      coverUrl: this.file(coverKey),
      hlsUrl: this.playlist(video.id) ?? file(MASTER_FILE),
      coverSmallUrl: this.file(smallCoverKey(coverKey)),
      previewUrl: pictures === 1 ? file(PREVIEW_FILE) : '',
      storyboardUrl: pictures === 1 ? (this.playlist(video.id, STORYBOARD_FILE) ?? file(STORYBOARD_FILE)) : '',
    };
  }

  /** Of a file that viewers see. */
  file(key: string): string {
    const { MEDIA_ACCESS, MEDIA_SIGNED_SECONDS: window } = this.config;
    return MEDIA_ACCESS === 'public' ? this.objects.publicUrl(key) : this.objects.signRead(key, { seconds: window + KEPT_SECONDS, window });
  }

  /** Of a playlist or storyboard whose addresses are signed when it is read; undefined when it is public itself. */
  playlist(videoId: number, name = ''): string | undefined {
    if (this.config.MEDIA_ACCESS === 'public') return undefined;
    const file = name === '' ? '' : `&name=${encodeURIComponent(name)}`;
    return `${this.config.MEDIA_API_BASE_URL}/douyin/publish/playlist/?video_id=${videoId}${file}`;
  }

  private original(key: string): string {
    if (key.startsWith(PUBLIC_PREFIX)) return this.file(key);
    return this.objects.signRead(key, { seconds: ORIGINAL_SECONDS, window: ORIGINAL_SECONDS });
  }
}

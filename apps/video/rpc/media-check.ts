import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { ORPHAN_MS, PLAY_FILE, VIDEO_PREFIXES, setPrefix } from '../model/media-keys.js';
import { Uploads } from '../model/uploads.js';
import { VideoRepository, type StoredObjects } from '../model/video.repository.js';

export interface CheckedMedia {
  differences: string[];
  checked: number;
  /** Empty at the end. */
  nextCursor: string;
}

/** Objects asked for at a time. */
const AT_ONCE = 32;
const ROWS = 'rows';
const PARTS = 'parts';

/** Compares videos with what the store holds of them: files that are missing, and files and parts that nobody will ever ask for. */
@Injectable()
export class MediaCheck {
  private readonly objects: ObjectStore = objectStore();

  constructor(
    private readonly videos: VideoRepository,
    private readonly uploads: Uploads,
  ) {}

  /** @param cursor `rows:id`, or `prefix:` or `parts:` and the position in the listing; empty = the start */
  page(cursor: string, limit: number, now = Date.now()): Promise<CheckedMedia> {
    const [part = '', position = ''] = cursor.split(/:(.*)/s);
    if (part === PARTS) return this.parts(position, limit, now);
    const prefix = VIDEO_PREFIXES.find((one) => one === part);
    return prefix === undefined ? this.rows(Number(position || 0), limit) : this.listing(prefix, position, limit, now);
  }

  private async rows(afterId: number, limit: number): Promise<CheckedMedia> {
    const rows = await this.videos.objectsOf(afterId, limit);
    const differences: string[] = [];
    for (let at = 0; at < rows.length; at += AT_ONCE) {
      differences.push(...(await Promise.all(rows.slice(at, at + AT_ONCE).map((row) => this.missing(row)))).flat());
    }
    const last = rows.length === limit ? rows.at(-1)?.id : undefined;
    return { differences, checked: rows.length, nextCursor: last === undefined ? `${VIDEO_PREFIXES[0]}:` : `${ROWS}:${last}` };
  }

  /** Lines about objects of a video that are gone. A rejected video's file is of no use to anybody. */
  private async missing({ id, objectKey, mediaSet, original, state }: StoredObjects): Promise<string[]> {
    if (state === 'rejected') return [];
    const play = mediaSet === '' ? undefined : `${setPrefix(mediaSet)}${PLAY_FILE}`;
    const hasOriginal = original === 1 && (await this.objects.head(objectKey)) !== undefined;
    if (play === undefined) return hasOriginal ? [] : [`video ${id}: its upload ${objectKey} is gone`];
    if (await this.objects.head(play)) return original === 1 && !hasOriginal ? [`video ${id}: its original ${objectKey} is gone`] : [];
    return [`video ${id}: ${play} is gone${hasOriginal ? ', its original is there' : ''}`];
  }

  private async listing(prefix: (typeof VIDEO_PREFIXES)[number], position: string, limit: number, now: number): Promise<CheckedMedia> {
    const page = await this.objects.list(prefix, position, limit);
    const old = page.objects.filter(({ modified }) => modified < now - ORPHAN_MS).map(({ key }) => key);
    const orphans = await this.videos.ownerless(old);
    const following = VIDEO_PREFIXES[VIDEO_PREFIXES.indexOf(prefix) + 1];
    const nextCursor = page.next === '' ? `${following ?? PARTS}:` : `${prefix}:${page.next}`;
    return { differences: orphans.map((what) => `${what}: belongs to no video`), checked: page.objects.length, nextCursor };
  }

  private async parts(position: string, limit: number, now: number): Promise<CheckedMedia> {
    const page = await this.objects.multipart.list('', position, limit);
    const abandoned = await this.uploads.abandoned(page.uploads, now);
    const differences = abandoned.map(({ key, uploadId }) => `${key}: parts of upload ${uploadId} belong to no open upload`);
    return { differences, checked: page.uploads.length, nextCursor: page.next === '' ? '' : `${PARTS}:${page.next}` };
  }
}

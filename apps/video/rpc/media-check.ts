import { objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { ORPHAN_MS, VIDEO_PREFIXES, filesOf, setPrefix, smallCoverKey } from '../model/media-keys.js';
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
/** A media set has some twenty, and some more for each cover that was chosen within the last hour. */
const SET_OBJECTS = 1_000;
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
  private async missing(video: StoredObjects): Promise<string[]> {
    const { id, objectKey, mediaSet, original, state } = video;
    if (state === 'rejected') return [];
    const hasOriginal = original === 1 && (await this.objects.head(objectKey)) !== undefined;
    if (mediaSet === '') return hasOriginal ? [] : [`video ${id}: its upload ${objectKey} is gone`];
    const gone = await this.missingInSet(video);
    if (gone.length > 0) return gone.map((key) => `video ${id}: ${key} is gone${hasOriginal ? ', its original is there' : ''}`);
    return original === 1 && !hasOriginal ? [`video ${id}: its original ${objectKey} is gone`] : [];
  }

  /** Keys of a published video's media set that the store does not have. */
  private async missingInSet({ mediaSet, coverKey, renditions, pictures }: StoredObjects): Promise<string[]> {
    const prefix = setPrefix(mediaSet);
    const stored = new Set((await this.objects.list(prefix, '', SET_OBJECTS)).objects.map(({ key }) => key));
    const made = JSON.parse(renditions ?? '[]') as { name: string; uri?: string }[];
    const files = filesOf({ renditions: made, pictures: pictures === 1 }).map((name) => `${prefix}${name}`);
    return [...files, coverKey, smallCoverKey(coverKey)].filter((key) => key !== '' && !stored.has(key));
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

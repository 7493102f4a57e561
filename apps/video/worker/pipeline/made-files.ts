import type { ObjectStore } from '@doul/storage';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { MASTER_FILE, setPrefix } from '../../model/media-keys.js';
import { videoConfig } from '../../video.config.js';

export const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';

const TYPES: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.m3u8': PLAYLIST_TYPE,
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.vtt': 'text/vtt; charset=utf-8',
};

/** The master playlist is written again when renditions are added. */
export const MASTER_CACHE = 'public, max-age=10';
/** Files stored at a time. */
const AT_ONCE = 3;
const PAGE = 1_000;

const FOREVER = 'public, max-age=31536000, immutable';

/** How what viewers see is stored: for everybody, or for those who have a signed address. */
export const publicly = (cacheControl: string): { access: 'private' | 'public-read'; cacheControl: string } => ({
  access: videoConfig().MEDIA_ACCESS === 'signed' ? 'private' : 'public-read',
  cacheControl,
});

/** Stores every file of a folder under `prefix`, public and for ever, but for the master playlist. */
export async function storeFolder(objects: ObjectStore, folder: string, prefix: string, signal: AbortSignal): Promise<void> {
  const names = await readdir(folder);
  const store = async (name: string): Promise<void> => {
    const path = join(folder, name);
    const contentType = TYPES[extname(name)];
    if (contentType === undefined) throw new Error(`a file of an unknown kind was made: ${name}`);
    const { size } = await stat(path);
    const options = { ...publicly(name === MASTER_FILE ? MASTER_CACHE : FOREVER), contentType, maxBytes: size, signal };
    await objects.putStream(`${prefix}${name}`, createReadStream(path), options);
  };
  for (let at = 0; at < names.length; at += AT_ONCE) await Promise.all(names.slice(at, at + AT_ONCE).map(store));
}

/** Deletes everything of a media set; what is gone already is a success. */
export const removeSet = (objects: ObjectStore, mediaSet: string): Promise<void> => removeFolder(objects, setPrefix(mediaSet));

/** Deletes every object whose key begins with `prefix`. */
export async function removeFolder(objects: ObjectStore, prefix: string): Promise<void> {
  for (let cursor = ''; ;) {
    const page = await objects.list(prefix, cursor, PAGE);
    await objects.delete(page.objects.map(({ key }) => key));
    cursor = page.next;
    if (cursor === '') return;
  }
}

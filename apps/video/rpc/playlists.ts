import { isStorageProblem, objectStore, type ObjectStore } from '@doul/storage';
import { Injectable } from '@nestjs/common';
import { Cards } from '../model/cards.js';
import { MASTER_FILE, STORYBOARD_FILE, setPrefix } from '../model/media-keys.js';
import { VideoErrors } from '../video.errors.js';
import { MediaAddresses } from './media-addresses.js';

/** Names of playlists as master playlists have them: `720p.m3u8`, or with the folder of the try that made it. */
const NAME = /^(?:[\w-]{21}\/)?\d{1,4}p\.m3u8$/;
const isKnown = (name: string): boolean => name === '' || name === STORYBOARD_FILE || NAME.test(name);
const folderOf = (name: string): string => name.slice(0, name.lastIndexOf('/') + 1);

/** Playlists and storyboards for stores that nobody can read without a signature: every address in them is signed, or leads here again. */
@Injectable()
export class Playlists {
  private readonly objects: ObjectStore = objectStore();

  constructor(
    private readonly cards: Cards,
    private readonly addresses: MediaAddresses,
  ) {}

  /**
   * @param name of a rendition, as the master playlist names it, or of the storyboard; empty = the master playlist
   * @throws DoulError NO_SUCH_VIDEO when the video is not published, or has no such file
   */
  async text(videoId: number, name: string): Promise<string> {
    const video = await this.cards.get(videoId);
    if (video?.state !== 'published' || video.mediaSet === '' || !isKnown(name)) throw VideoErrors.NO_SUCH_VIDEO();
    const prefix = setPrefix(video.mediaSet);
    const stored = await this.objects.get(`${prefix}${name || MASTER_FILE}`).catch((error: unknown) => {
      throw isStorageProblem(error, 'not-found') ? VideoErrors.NO_SUCH_VIDEO({}, error) : error;
    });
    const address = (uri: string): string =>
      (NAME.test(uri) ? this.addresses.playlist(videoId, uri) : undefined) ?? this.addresses.file(`${prefix}${folderOf(name)}${uri}`);
    const rewrite = name === STORYBOARD_FILE ? rewrittenCue : rewritten;
    return stored
      .toString('utf8')
      .split('\n')
      .map((line) => rewrite(line, address))
      .join('\n');
  }
}

/** A line of a playlist with its address replaced (RFC 8216: a line of its own, or the attribute URI). */
function rewritten(line: string, address: (uri: string) => string): string {
  if (line.trim() === '') return line;
  if (!line.startsWith('#')) return address(line.trim());
  return line.replace(/URI="([^"]+)"/, (_, uri: string) => `URI="${address(uri)}"`);
}

/** A line of a storyboard with the address of its picture replaced; what part of it is shown stays behind the `#`. */
const rewrittenCue = (line: string, address: (uri: string) => string): string =>
  line.replace(/^([\w-]+\.jpg)(#xywh=.*)$/, (_, uri: string, part: string) => `${address(uri)}${part}`);

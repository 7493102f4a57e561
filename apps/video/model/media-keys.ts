/** Prefix of everything that is made of uploads; each video has a folder of its own in it, its media set. */
export const MEDIA_PREFIX = 'media/';

/** Covers of videos from before media sets. */
export const OLD_COVER_PREFIX = 'covers/';
/** Where the objects of videos are; `videos/` are uploads from before originals were private. */
export const VIDEO_PREFIXES = ['originals/', MEDIA_PREFIX, 'videos/', OLD_COVER_PREFIX] as const;
/** An object without a video that is younger than this may still be waiting for it, in ms: nothing takes longer than a day. */
export const ORPHAN_MS = 24 * 3_600_000;

/** The folder of a media set. */
export const setPrefix = (mediaSet: string): string => `${MEDIA_PREFIX}${mediaSet}/`;

/** The media set that an object belongs to; undefined for what is none of one. */
export const setOf = (key: string): string | undefined => /^media\/([\w-]{21})\//.exec(key)?.[1];

/** The file that plays everywhere: a progressive MP4. */
export const PLAY_FILE = 'play.mp4';
/** The HLS master playlist; the one object of a set whose content changes. */
export const MASTER_FILE = 'master.m3u8';
export const PREVIEW_FILE = 'preview.webp';
export const STORYBOARD_FILE = 'storyboard.vtt';
const STORYBOARD_PICTURE = 'storyboard.jpg';

/** What a media set holds beside its covers: names within its folder. */
export function filesOf({ renditions, pictures }: { renditions: readonly { name: string; uri?: string }[]; pictures: boolean }): string[] {
  const playlists = renditions.map(({ name, uri = `${name}.m3u8` }) => uri);
  const made = playlists.flatMap((uri) => [uri, uri.replace(/m3u8$/, 'mp4')]);
  return [PLAY_FILE, MASTER_FILE, ...made, ...(pictures ? [PREVIEW_FILE, STORYBOARD_FILE, STORYBOARD_PICTURE] : [])];
}

/** The small cover beside a cover; empty for covers that have none. */
export const smallCoverKey = (coverKey: string): string =>
  setOf(coverKey) === undefined ? '' : coverKey.replace(/\/cover-([\w-]+)\.jpg$/, '/cover-small-$1.jpg');

/** One part of a rendition. */
export interface Segment {
  readonly seconds: number;
  readonly bytes: number;
}

/** The parts that a playlist of byte ranges names. */
export function parseSegments(playlist: string): Segment[] {
  const parts = playlist.matchAll(/^#EXTINF:([\d.]+),[^\n]*\n#EXT-X-BYTERANGE:(\d+)@\d+/gm);
  return [...parts].map(([, seconds, bytes]) => ({ seconds: Number(seconds), bytes: Number(bytes) }));
}

import { open } from 'node:fs/promises';

/** What a file's first bytes say it is. */
export type Container = 'mp4' | 'matroska' | 'playlist' | 'unknown';

/** Boxes that an MP4 or MOV file may begin with (ISO/IEC 14496-12; QuickTime files may lack `ftyp`). */
const FIRST_BOXES = new Set(['ftyp', 'moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);
const EBML = Buffer.from([0x1a, 0x45, 0xdf, 0xa3]);
/** Texts that make a player open other files: HLS, ffconcat, DASH and the like. */
const PLAYLIST = /^\uFEFF?\s*(#EXTM3U|ffconcat|\[playlist\]|<\?xml|<MPD|<smil|v=0|http:|https:|file:)/i;

/** Looks at the first bytes of a file. */
export function containerOf(head: Buffer): Container {
  if (head.length >= 8 && FIRST_BOXES.has(head.toString('latin1', 4, 8))) return 'mp4';
  if (head.subarray(0, 4).equals(EBML)) return 'matroska';
  return PLAYLIST.test(head.toString('utf8')) ? 'playlist' : 'unknown';
}

/** The size of a file in bytes, and what it looks like. */
export async function lookAt(path: string): Promise<{ size: number; container: Container }> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(64), 0, 64, 0);
    return { size: (await file.stat()).size, container: containerOf(buffer.subarray(0, bytesRead)) };
  } finally {
    await file.close();
  }
}

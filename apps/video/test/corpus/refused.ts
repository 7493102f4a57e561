import { readFile, writeFile } from 'node:fs/promises';
import type { RejectionReason } from '../../video.reasons.js';
import type { Limits } from '../../worker/media/verdict.js';
import { AAC, H264, pictureSource, soundSource, type Inputs } from './inputs.js';

/** An input that is refused, and why. */
export interface Refused {
  readonly name: string;
  readonly make: (inputs: Inputs, name: string) => Promise<string>;
  readonly reason: RejectionReason | readonly RejectionReason[];
  readonly limits?: Partial<Limits>;
}

const FAST = [...H264, ...AAC, '-movflags', '+faststart'];

const X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'];
const AV1 = ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime'];

const written =
  (content: string | Buffer) =>
  async (inputs: Inputs, name: string): Promise<string> => {
    await writeFile(inputs.path(name), content);
    return inputs.path(name);
  };

/** A clip whose bytes are changed. */
const changed =
  (codecs: readonly string[], change: (whole: Buffer) => Buffer) =>
  async (inputs: Inputs, name: string): Promise<string> => {
    const path = await inputs.clip(name, {}, codecs);
    await writeFile(path, change(await readFile(path)));
    return path;
  };
const cut = (share: number) => (whole: Buffer) => whole.subarray(0, Math.floor(whole.length * share));

/** Overwrites bytes of the first box of this kind. */
const patch = (box: string, offset: number, bytes: readonly number[]) => (whole: Buffer) => {
  Buffer.from(bytes).copy(whole, whole.indexOf(box, whole.indexOf('moov') - 4) + offset);
  return whole;
};

function noise(from: number, to: number): (whole: Buffer) => Buffer {
  return (whole) => {
    const start = whole.indexOf('mdat') + 4;
    const length = whole.length - start;
    for (let at = start + Math.floor(length * from); at < start + length * to; at += 1) whole[at] = (at * 7_919) % 251;
    return whole;
  };
}

const TRUNCATED: readonly Refused[] = [
  ...[0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97].map((share): Refused => ({
    name: `cut-${share}.mp4`,
    make: changed(FAST, cut(share)),
    reason: 'damaged',
  })),
  { name: 'cut-headers-last.mp4', make: changed([...H264, ...AAC], cut(0.9)), reason: 'damaged' },
  { name: 'cut.mkv', make: changed([...H264, ...AAC], cut(0.6)), reason: 'damaged' },
  { name: 'cut.webm', make: changed(['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus'], cut(0.7)), reason: 'damaged' },
  // What stands for the description of its sound then claims 40 channels.
  { name: 'noise.mp4', make: changed(FAST, noise(0, 1)), reason: ['damaged', 'unsupported-codec'] },
  { name: 'noise-half-way-hevc.mp4', make: changed([...X265, ...AAC, '-movflags', '+faststart'], noise(0.6, 0.9)), reason: 'damaged' },
  { name: 'noise-half-way-av1.mp4', make: changed([...AV1, ...AAC, '-movflags', '+faststart'], noise(0.6, 0.9)), reason: 'damaged' },
  {
    name: 'noise-half-way-groups.mp4',
    make: changed(['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '1000', ...AAC, '-movflags', '+faststart'], noise(0.8, 0.9)),
    reason: 'damaged',
  },
  { name: 'noise-half-way.mp4', make: changed(FAST, noise(0.5, 0.7)), reason: 'damaged' },
  // Only whoever decodes all of a picture that would be copied can know.
  { name: 'noise-half-way-silent.mp4', make: changed([...H264, '-an', '-movflags', '+faststart'], noise(0.5, 0.7)), reason: 'damaged' },
];

const NO_VIDEO: readonly Refused[] = [
  { name: 'empty.mp4', make: written(''), reason: 'not-a-video' },
  { name: 'text.mp4', make: written('hello'), reason: 'not-a-video' },
  { name: 'page.mp4', make: written('<html><script>alert(1)</script></html>'), reason: 'not-a-video' },
  { name: 'garbage.mp4', make: written(Buffer.from(Array.from({ length: 50_000 }, (_, at) => (at * 7_919) % 251))), reason: 'not-a-video' },
  {
    name: 'boxes.mp4',
    make: written(Buffer.concat([Buffer.from([0, 0, 0, 20]), Buffer.from('ftypisom'), Buffer.alloc(4_000)])),
    reason: 'damaged',
  },
  {
    name: 'zip-first.mp4',
    reason: 'not-a-video',
    make: changed(FAST, (whole) => Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(60), whole])),
  },
  {
    name: 'picture.png',
    reason: 'not-a-video',
    make: (inputs, name) => inputs.make(name, '-f', 'lavfi', '-i', 'testsrc2=s=64x64:d=0.1', '-frames:v', '1'),
  },
  {
    name: 'moving.gif',
    reason: 'not-a-video',
    make: (inputs, name) => inputs.make(name, '-f', 'lavfi', '-i', 'testsrc2=s=64x64:d=1'),
  },
  { name: 'sound.m4a', reason: 'no-video', make: (inputs, name) => inputs.make(name, ...soundSource({}), ...AAC) },
  { name: 'old.mkv', reason: 'unsupported-codec', make: (inputs, name) => inputs.clip(name, {}, ['-c:v', 'msmpeg4v3', ...AAC]) },
  { name: 'mjpeg.mp4', reason: 'unsupported-codec', make: (inputs, name) => inputs.clip(name, {}, ['-c:v', 'mjpeg', ...AAC]) },
  {
    name: 'prores.mov',
    reason: 'unsupported-codec',
    make: (inputs, name) => inputs.clip(name, {}, ['-c:v', 'prores', ...AAC], 'yuv422p10le'),
  },
  { name: 'wma.mkv', reason: 'unsupported-codec', make: (inputs, name) => inputs.clip(name, {}, [...H264, '-c:a', 'wmav2']) },
];

const HOSTILE: readonly Refused[] = [
  { name: 'playlist.mp4', make: written('#EXTM3U\n#EXTINF:1,\n/etc/hostname\n#EXT-X-ENDLIST\n'), reason: 'unsafe' },
  { name: 'nested.mp4', make: written('#EXTM3U\n#EXTINF:1,\nconcat:http://127.0.0.1:1/x|file:///etc/hostname\n'), reason: 'unsafe' },
  { name: 'concat.mp4', make: written("ffconcat version 1.0\nfile '/etc/hostname'\n"), reason: 'unsafe' },
  { name: 'dash.mp4', make: written('<?xml version="1.0"?><MPD></MPD>'), reason: 'unsafe' },
  { name: 'vector.mp4', make: written('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), reason: 'unsafe' },
  {
    name: 'many-streams.mkv',
    reason: 'unsafe',
    make: async (inputs, name) => {
      const plain = await inputs.clip(`plain-${name}`);
      return inputs.make(name, '-i', plain, ...Array.from({ length: 25 }, () => ['-map', '0:v']).flat(), '-c', 'copy');
    },
  },
  // 20,000,000 units of 1/1000 s.
  { name: 'claims-hours.mp4', make: changed(FAST, patch('mvhd', 20, [1, 0x31, 0x2d, 0])), reason: ['too-long', 'damaged'] },
  // More samples than could be in any file.
  { name: 'claims-samples.mp4', make: changed(FAST, patch('stsz', 12, [0x7f, 0xff, 0xff, 0xff])), reason: 'damaged' },
  {
    name: 'thousand-frames-a-second.mkv',
    reason: 'unsafe',
    make: (inputs, name) => inputs.make(name, ...pictureSource({ width: 64, height: 64, fps: 1_000, seconds: 2 }), ...H264),
  },
];

const OUT_OF_BOUNDS: readonly Refused[] = [
  { name: 'long.mp4', make: (inputs, name) => inputs.clip(name, { seconds: 3 }), reason: 'too-long', limits: { maxSeconds: 2 } },
  {
    name: 'long-live.webm',
    reason: 'too-long',
    limits: { maxSeconds: 2 },
    make: (inputs, name) => inputs.clip(name, { seconds: 3 }, ['-c:v', 'libvpx', '-deadline', 'realtime', '-c:a', 'libopus', '-live', '1']),
  },
  { name: 'large.mp4', make: (inputs, name) => inputs.clip(name), reason: 'too-large', limits: { maxBytes: 1_000 } },
  { name: 'short.mp4', make: (inputs, name) => inputs.clip(name, { seconds: 0.1 }), reason: 'too-short' },
  { name: 'dot.mp4', make: (inputs, name) => inputs.clip(name, { width: 8, height: 64 }), reason: 'too-small' },
  {
    name: 'wall.mp4',
    reason: 'too-big',
    make: (inputs, name) => inputs.make(name, '-f', 'lavfi', '-i', 'color=s=4096x2304:r=5:d=1', ...H264),
  },
];

export const REFUSED: readonly Refused[] = [...TRUNCATED, ...NO_VIDEO, ...HOSTILE, ...OUT_OF_BOUNDS];

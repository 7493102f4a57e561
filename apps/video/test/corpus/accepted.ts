import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { AAC, H264, pictureSource, soundSource, type Inputs, type Look } from './inputs.js';

/** What becomes of an input that is published. */
export interface Accepted {
  readonly name: string;
  readonly make: (inputs: Inputs, name: string) => Promise<string>;
  readonly look?: Look;
  /** Of the first rendition, as it is shown. */
  readonly size: string;
  /** Names of all renditions; the first is published first. */
  readonly renditions: readonly string[];
  readonly copied?: true;
  /** In s. */
  readonly seconds?: number;
  readonly fps?: number;
  /** Without sound, or with one that is as good as silent, nothing is measured; a sound of two blips is no measure either. */
  readonly sound?: 'none' | 'silent' | 'unsynchronised';
  /** Words of where, by whom and with what it was made, or of something else inside, which the input does have. */
  readonly secrets?: readonly string[];
}

const SMALL = { size: '320x180', renditions: ['180p'] } as const;

const clip =
  (look: Look = {}, codecs: readonly string[] = [...H264, ...AAC], format = 'yuv420p') =>
  (inputs: Inputs, name: string): Promise<string> =>
    inputs.clip(name, look, codecs, format);

const encoded = (name: string, look: Look, codecs: readonly string[], format?: string): Accepted => ({
  name,
  look,
  make: clip(look, codecs, format),
  ...SMALL,
});
const copied = (name: string, look: Look, codecs: readonly string[]): Accepted => ({ ...encoded(name, look, codecs), copied: true });
const X265 = ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=none'];
const hdr = (transfer: string): string[] => [
  ...[
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    `log-level=none:colorprim=bt2020:transfer=${transfer}:colormatrix=bt2020nc`,
  ],
  ...['-color_primaries', 'bt2020', '-color_trc', transfer, '-colorspace', 'bt2020nc', ...AAC],
];
const VP9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'];
const VP8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'];

/** A clip that says something wrong of itself which does not matter: what is decoded counts. */
const wrong = (name: string, change: (whole: Buffer) => void): Accepted => ({
  name,
  ...SMALL,
  copied: true,
  make: async (inputs) => {
    const path = await inputs.clip(name, {}, [...H264, ...AAC, '-movflags', '+faststart']);
    const whole = await readFile(path);
    change(whole);
    await writeFile(path, whole);
    return path;
  },
});

/** Containers and codecs. */
const KINDS: readonly Accepted[] = [
  copied('h264-aac.mp4', {}, [...H264, ...AAC, '-movflags', '+faststart']),
  copied('headers-last.mp4', {}, [...H264, ...AAC]),
  encoded('fragmented.mp4', {}, [...H264, ...AAC, '-movflags', '+frag_keyframe+empty_moov']),
  copied('h264-pcm.mov', {}, [...H264, '-c:a', 'pcm_s16le']),
  copied('h264-opus.mkv', {}, [...H264, '-c:a', 'libopus']),
  copied('h264-flac.mkv', {}, [...H264, '-c:a', 'flac']),
  copied('h264-ac3.mp4', {}, [...H264, '-c:a', 'ac3']),
  copied('b-frames.mp4', {}, ['-c:v', 'libx264', '-preset', 'veryfast', '-g', '60', ...AAC]),
  encoded('hevc-aac.mp4', {}, [...X265, '-tag:v', 'hvc1', ...AAC]),
  encoded('hevc-opus.mkv', {}, [...X265, '-c:a', 'libopus']),
  encoded('vp8-vorbis.webm', {}, [...VP8, '-c:a', 'libvorbis']),
  encoded('vp9-opus.webm', {}, [...VP9, '-c:a', 'libopus']),
  encoded('vp9-live.webm', {}, [...VP9, '-c:a', 'libopus', '-live', '1']),
  encoded('av1-aac.mp4', {}, ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', ...AAC]),
  encoded('av1-opus.webm', {}, ['-c:v', 'libaom-av1', '-cpu-used', '8', '-usage', 'realtime', '-c:a', 'libopus']),
  encoded('mpeg4-mp3.mp4', {}, ['-c:v', 'mpeg4', '-c:a', 'libmp3lame']),
];

/** Colours, fields and groups of pictures. */
const PICTURES: readonly Accepted[] = [
  encoded('hdr-hlg.mp4', {}, [...hdr('arib-std-b67'), '-tag:v', 'hvc1'], 'yuv420p10le'),
  encoded('hdr10.mkv', {}, hdr('smpte2084'), 'yuv420p10le'),
  encoded('ten-bit.mp4', {}, [...H264, ...AAC], 'yuv420p10le'),
  encoded('four-two-two.mp4', {}, [...H264, ...AAC], 'yuv422p'),
  encoded('full-range.mp4', {}, [...H264, ...AAC], 'yuvj420p'),
  encoded('interlaced.mp4', {}, [...H264, '-flags', '+ildct+ilme', '-x264-params', 'tff=1', ...AAC]),
  encoded('open-groups.mp4', {}, ['-c:v', 'libx264', '-g', '30', '-x264-params', 'open-gop=1:b-adapt=0:bframes=3:scenecut=0', ...AAC]),
  encoded('one-group.mp4', { seconds: 3 }, ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '1000', ...AAC]),
];

/** Sizes: 9:16 and 16:9, squares, odd and extreme ones. */
const SIZES: readonly Accepted[] = [
  { ...encoded('portrait.webm', { width: 360, height: 640 }, VP8), size: '360x640', renditions: ['360p'] },
  { ...encoded('landscape.webm', { width: 960, height: 540 }, VP8), size: '960x540', renditions: ['540p', '360p'] },
  { ...encoded('square.webm', { width: 480, height: 480 }, VP8), size: '480x480', renditions: ['480p', '360p'] },
  { ...encoded('hd.webm', { width: 720, height: 1_280, seconds: 1 }, VP8), size: '720x1280', renditions: ['720p', '540p', '360p'] },
  {
    ...encoded('larger.mp4', { width: 2_560, height: 1_440, seconds: 1 }, [...H264, ...AAC]),
    size: '1280x720',
    renditions: ['720p', '1080p', '540p', '360p'],
  },
  {
    ...encoded('odd.webm', { width: 322, height: 242 }, ['-vf', 'crop=321:241:exact=1', ...VP9], 'yuv444p'),
    size: '320x240',
    renditions: ['241p'],
  },
  { ...encoded('nearly.webm', { width: 680, height: 382 }, VP8), size: '640x360', renditions: ['360p'] },
  { ...encoded('panorama.webm', { width: 1_600, height: 200 }, VP8), size: '876x108', renditions: ['200p'] },
  { ...encoded('tiny.webm', { width: 64, height: 48 }, VP8), size: '64x48', renditions: ['48p'] },
  { ...encoded('anamorphic.mp4', {}, ['-vf', 'setsar=4/3', ...H264, ...AAC]), size: '320x134', renditions: ['135p'] },
];

/** Copies a clip with the note that it is to be turned. */
const turned = (name: string, degrees: number, size: string): Accepted => ({
  name,
  size,
  renditions: ['180p'],
  make: async (inputs) => {
    const plain = await inputs.clip(`plain-${name}`);
    return inputs.make(name, '-i', plain, '-c', 'copy', '-metadata:s:v:0', `rotate=${degrees}`);
  },
});

const uneven: Accepted = {
  name: 'variable-rate.mp4',
  ...SMALL,
  make: clip({}, ['-vf', "select='gt(random(1),0.35)+between(t,0.9,1.1)+eq(n,0)'", '-fps_mode', 'vfr', ...H264, ...AAC]),
};

/** Rates and lengths. */
const TIMES: readonly Accepted[] = [
  turned('turned-90.mp4', 90, '180x320'),
  turned('turned-180.mp4', 180, '320x180'),
  turned('turned-270.mp4', 270, '180x320'),
  uneven,
  { ...copied('film.mp4', { fps: 24 }, [...H264, ...AAC]), fps: 24 },
  { ...encoded('ntsc.webm', {}, ['-r', '30000/1001', ...VP8, '-c:a', 'libopus']), fps: 29.97 },
  { ...copied('sixty.mp4', { fps: 60 }, [...H264, ...AAC]), fps: 60 },
  { ...encoded('slow-motion.mp4', { fps: 120 }, [...H264, ...AAC]), fps: 60 },
  { ...encoded('slides.mp4', { fps: 2, seconds: 6 }, [...H264, ...AAC]), fps: 5, seconds: 6 },
  { ...copied('one-second.mp4', { seconds: 1 }, [...H264, ...AAC]), seconds: 1 },
  { ...copied('blink.mp4', { seconds: 0.4 }, [...H264, ...AAC]), seconds: 0.4, sound: 'silent' },
  {
    ...encoded('ten-minutes.webm', { seconds: 600, fps: 5, width: 160, height: 90, channels: '1c' }, VP8),
    size: '160x90',
    renditions: ['90p'],
    seconds: 600,
  },
];

/** Picture and sound that begin or end apart. */
const apart = (name: string, options: { delay?: string; picture?: Look; sound?: Look; seconds: number; copied?: true }): Accepted => ({
  name,
  ...SMALL,
  seconds: options.seconds,
  ...(options.copied ? { copied: true } : {}),
  sound: 'unsynchronised',
  make: (inputs) => inputs.make(name, ...pictureSource(options.picture ?? {}), ...soundSource(options.sound ?? {}), ...H264, ...AAC),
});

const delayed = (name: string, which: 'picture' | 'sound'): Accepted => ({
  name,
  ...SMALL,
  ...(which === 'sound' ? { copied: true, seconds: 2 } : { seconds: 2.3 }),
  make: async (inputs) => {
    const plain = await inputs.clip(`plain-${name}`);
    const later = await inputs.make(`later-${name}`, '-i', plain, '-c', 'copy');
    const [late, early] = which === 'sound' ? ['a', 'v'] : ['v', 'a'];
    const shifted = ['-i', plain, '-itsoffset', '0.3', '-i', later, '-map', `0:${early}`, '-map', `1:${late}`, '-c', 'copy'];
    return inputs.make(name, ...shifted);
  },
  sound: 'unsynchronised',
});

const SOUNDS: readonly Accepted[] = [
  { ...copied('no-sound.mp4', {}, [...H264, '-an']), sound: 'none' },
  { ...copied('silence.mp4', { beep: 0, tone: 0 }, [...H264, ...AAC]), sound: 'silent' },
  copied('mono.mp4', { channels: '1c' }, [...H264, ...AAC]),
  copied('surround.mp4', { channels: '5.1' }, [...H264, ...AAC]),
  copied('quiet.mp4', { beep: 0.01, tone: 0.002, seconds: 3 }, [...H264, ...AAC]),
  { ...copied('loud.mp4', { beep: 0.05, tone: 0.94, seconds: 3 }, [...H264, ...AAC]), sound: 'unsynchronised' },
  copied('blows.mp4', { beep: 0.9, tone: 0.001, seconds: 6 }, [...H264, ...AAC]),
  apart('sound-longer.mp4', { sound: { seconds: 4 }, seconds: 4 }),
  apart('sound-shorter.mp4', { sound: { seconds: 1 }, seconds: 2, copied: true }),
  delayed('sound-late.mkv', 'sound'),
  delayed('picture-late.mkv', 'picture'),
];

const PLACE = '+31.2304+121.4737';
const PHONE = 'SecretPhone';
const WORDS = 'Hidden words';
const CHAPTER = 'Secret chapter';
const SCRIPT = '<script>';
const ARCHIVE = 'PK\u0003\u0004';

const CHAPTERS = `;FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=${CHAPTER}\n`;

async function tagged(inputs: Inputs, name: string): Promise<string> {
  const plain = await inputs.clip(`plain-${name}`);
  await writeFile(inputs.path('words.srt'), `1\n00:00:00,000 --> 00:00:01,000\n${WORDS}\n`);
  await writeFile(inputs.path('chapters.txt'), CHAPTERS);
  const from = ['-i', plain, '-i', inputs.path('words.srt'), '-i', inputs.path('chapters.txt')];
  const tags = [`location=${PLACE}/`, `make=${PHONE}`, `com.apple.quicktime.model=${PHONE}`, 'creation_time=2020-01-02T03:04:05Z'];
  const streams = ['-map', '0', '-map', '1', '-map_metadata', '0', '-map_chapters', '2', '-c', 'copy', '-c:s', 'mov_text'];
  const flags = ['-movflags', '+use_metadata_tags', '-metadata:s:v:0', `handler_name=${PHONE}`, '-metadata:s:v:0', 'timecode=01:02:03:04'];
  return inputs.make(name, ...from, ...streams, ...tags.flatMap((tag) => ['-metadata', tag]), ...flags);
}

async function withCoverArt(inputs: Inputs, name: string): Promise<string> {
  const art = await inputs.make('art.png', '-f', 'lavfi', '-i', 'testsrc2=s=64x64:d=0.1', '-frames:v', '1');
  const plain = await inputs.clip(`plain-${name}`);
  return inputs.make(name, '-i', art, '-i', plain, '-map', '0', '-map', '1', '-c', 'copy', '-disposition:v:0', 'attached_pic');
}

async function polyglot(inputs: Inputs, name: string): Promise<string> {
  const path = await inputs.clip(name);
  await appendFile(path, `${ARCHIVE}<html>${SCRIPT}alert(1)</script></html>`);
  return path;
}

/** A camera's words inside the stream of H.264 itself, as unregistered user data. */
async function seiTagged(inputs: Inputs, name: string): Promise<string> {
  const plain = await inputs.clip(`plain-${name}`);
  const note = `h264_metadata=sei_user_data=086f3693b7b34f2c965321492feee5b8+${PHONE}`;
  return inputs.make(name, '-i', plain, '-c', 'copy', '-bsf:v', note);
}

/** MP4 with a page in a box that players skip, before everything else of use. */
async function hiddenPage(inputs: Inputs, name: string): Promise<string> {
  const whole = await readFile(
    await inputs.clip(`plain-${name}`, {}, [...H264, ...AAC, '-movflags', '+frag_keyframe+empty_moov+default_base_moof']),
  );
  const page = Buffer.from(`${SCRIPT}alert(1)</script>`);
  const box = Buffer.alloc(8);
  box.writeUInt32BE(8 + page.length);
  box.write('free', 4);
  const first = whole.readUInt32BE(0);
  await writeFile(inputs.path(name), Buffer.concat([whole.subarray(0, first), box, page, whole.subarray(first)]));
  return inputs.path(name);
}

const EXTRAS: readonly Accepted[] = [
  { name: 'tagged.mov', make: tagged, ...SMALL, copied: true, secrets: [PLACE, PHONE, WORDS, CHAPTER] },
  { name: 'cover-art.mp4', make: withCoverArt, ...SMALL, copied: true },
  { name: 'sei.mp4', make: seiTagged, ...SMALL, copied: true, secrets: [PHONE] },
  wrong('claims-bytes.mp4', (whole) => whole.writeUInt32BE(0x7fffffff, whole.indexOf('moov') - 4)),
  // The size in the description of the samples: 65,535 x 65,535 pixels.
  wrong('claims-pixels.mp4', (whole) => whole.writeUInt32BE(0xffffffff, whole.indexOf('avc1', whole.indexOf('stsd')) + 28)),
  { name: 'polyglot.mp4', make: polyglot, ...SMALL, copied: true, secrets: [SCRIPT, ARCHIVE] },
  { name: 'hidden-page.mp4', make: hiddenPage, ...SMALL, secrets: [SCRIPT] },
];

export const ACCEPTED: readonly Accepted[] = [...KINDS, ...PICTURES, ...SIZES, ...TIMES, ...SOUNDS, ...EXTRAS];

/** Words that must be in no file that is published. */
export const SECRETS: readonly string[] = [...new Set(ACCEPTED.flatMap(({ secrets = [] }) => secrets))];

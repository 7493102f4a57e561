import { join } from 'node:path';
import { runFfmpeg, type Watch } from './ffmpeg.js';
import { pictureGraph, soundFilters } from './filters.js';
import { framesOutput, openFrames, type Frames } from './frames.js';
import { mediaConfig } from './media.config.js';
import type { Rendition } from './ladder.js';
import { measureMade, type Made } from './made.js';
import { CUT_OFF, safeInput } from './safe-input.js';
import type { Source } from './source.js';

export type { Made } from './made.js';

/** Length of a group of pictures and of a segment, in s. */
const GROUP_SECONDS = 2;
/** Quality that x264 keeps until the highest rate stops it. */
const CRF = '22';
/** How far a file may grow beyond what its rates say before it is stopped: short ones have more than their share of key frames. */
const MOST_GROWTH = 2;
const LEAST_BYTES = 64 * 2 ** 20;
/** Share of the first rendition's progress that encoding is. */
const ENCODING = 0.97;

/** Nothing of where, when and with what a video was made, and no words of the tools. */
const NO_METADATA = [
  '-map_metadata',
  '-1',
  '-map_chapters',
  '-1',
  '-fflags',
  '+bitexact',
  '-flags:v',
  '+bitexact',
  '-flags:a',
  '+bitexact',
];
const BT709 = ['-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv'];
/** NAL units of H.264 that hold what cameras write beside the picture. */
const NO_SIDE_DATA = ['-bsf:v', 'filter_units=remove_types=6'];

function pictureCodec({ fps, maxRate, copyPicture }: Rendition): string[] {
  if (copyPicture) return ['-c:v', 'copy', ...NO_SIDE_DATA];
  const group = String(Math.ceil(fps * GROUP_SECONDS - 0.01));
  const rate = ['-crf', CRF, '-maxrate', String(maxRate), '-bufsize', String(maxRate * 2)];
  const groups = ['-g', group, '-keyint_min', group, '-sc_threshold', '0'];
  return ['-c:v', 'libx264', '-preset', mediaConfig().MEDIA_PRESET, '-profile:v', 'high', ...rate, ...groups, ...BT709];
}

const soundCodec = ({ audioBitRate }: Rendition): string[] =>
  audioBitRate === 0 ? [] : ['-c:a', 'aac', '-b:a', String(audioBitRate), '-ar', '48000', '-ac', '2'];

/** HLS as one file of fragments, whose parts the playlist names by byte ranges. */
const hls = (name: string, seconds: number): string[] => [
  ...['-f', 'hls', '-hls_segment_type', 'fmp4', '-hls_playlist_type', 'vod', '-hls_flags', 'single_file+independent_segments'],
  // Bitexact has to be asked for once more: the fragments are written by a muxer within the muxer.
  ...['-hls_segment_options', 'fflags=+bitexact', '-hls_time', String(seconds), '-hls_segment_filename', `${name}.mp4`, `${name}.m3u8`],
];

const bytesFor = (source: Source, renditions: readonly Rendition[]): number => {
  const rate = Math.max(...renditions.map(({ maxRate, audioBitRate }) => maxRate + audioBitRate));
  return LEAST_BYTES + Math.ceil(((source.durationMs / 1_000) * rate * MOST_GROWTH) / 8);
};

/** The file itself cannot be decoded: no further try will change that. */
export class UndecodableError extends Error {}

/** What a decoder says of a broken file, and what a full disk or a lack of memory sounds like. */
const BROKEN = /Error while decoding|Invalid data found|corrupt|error while decoding|Error submitting a packet/i;
const OURS = /No space left|File too large|Cannot allocate memory|Permission denied|Input\/output error|No such file/i;

async function make(what: string, args: readonly string[], source: Source, fileBytes: number, folder: string, watch: Watch): Promise<void> {
  const { code, stderr } = await runFfmpeg(['-v', 'level+error', '-xerror', ...args], {
    durationMs: source.durationMs,
    fileBytes,
    cwd: folder,
    ...watch,
  });
  if (CUT_OFF.test(stderr) || (code !== 0 && BROKEN.test(stderr) && !OURS.test(stderr)))
    throw new UndecodableError(`${what}: ${stderr.slice(0, 500)}`);
  if (code !== 0) throw new Error(`${what} could not be made: ${stderr.trim().slice(-500)}`);
}

/** Streams of an output: its picture and its sound, as they leave the filters. */
function streams(source: Source, picture: string): string[] {
  const sound = source.soundStream === undefined ? [] : ['-map', `0:${source.soundStream}`, '-af', soundFilters(source)];
  return ['-map', picture, ...sound];
}

/** Where the progressive file of the first rendition is written, within its folder. */
const PLAY = 'play.mp4';

/**
 * Makes the rendition that is published: `play.mp4`, which is played from its first byte on, and `<name>.mp4` with `<name>.m3u8`
 * for HLS.
 *
 * @param path of the source, as it was examined
 * @param folder an absolute path; files of an earlier try are overwritten
 * @param watch `frames` are kept for `makeRest`, which then need not decode the source again; none are of a picture that is copied
 * @throws UndecodableError when the source is damaged; Error when ffmpeg fails, takes too long or makes something else than planned; the signal's reason
 */
export async function makeFirst(
  path: string,
  source: Source,
  first: Rendition,
  folder: string,
  watch: Watch & { readonly frames?: Frames | undefined } = {},
): Promise<Made> {
  const { signal, onProgress } = watch;
  const frames = first.copyPicture ? undefined : watch.frames;
  const shapes = [first, ...(frames ? [frames] : [])].sort((a, b) => b.width - a.width);
  const label = (shape: object): string => `[v${shapes.indexOf(shape as Rendition)}]`;
  const graph = first.copyPicture ? [] : ['-filter_complex', pictureGraph(source, shapes)];
  const picture = first.copyPicture ? `0:${source.pictureStream}` : label(first);
  const codecs = [...pictureCodec(first), ...soundCodec(first), ...NO_METADATA];
  const output = [...streams(source, picture), ...codecs, '-movflags', '+faststart', '-f', 'mp4', PLAY];
  const kept = frames ? framesOutput(frames, label(frames)) : [];
  const bytes = bytesFor(source, [first]);
  const part = { signal, onProgress: (share: number) => onProgress?.(share * ENCODING) };
  await make(first.name, [...safeInput(path), ...graph, ...output, ...kept], source, Math.max(bytes, frames?.bytes ?? 0), folder, part);
  // Parts of a copied picture are as long as its groups; those of ours are two seconds long.
  const segments = hls(first.name, first.copyPicture ? GROUP_SECONDS / 2 : GROUP_SECONDS);
  const remux = [...safeInput(join(folder, PLAY)), '-map', '0', '-c', 'copy', ...NO_METADATA, ...segments];
  await make(first.name, remux, source, bytes, folder, { signal });
  const made = await measureMade(folder, first, source.durationMs);
  onProgress?.(1);
  return made;
}

/** What the other renditions are made of. */
export interface Ingredients {
  /** The `play.mp4` of the first rendition, whose sound all others have too. */
  readonly play: string;
  /** The picture: the source as it was examined, or frames that were kept of it. */
  readonly picture: string | Frames;
}

/**
 * Makes the other renditions for HLS in one run of the encoder.
 *
 * @throws as makeFirst
 */
export async function makeRest(
  { play, picture }: Ingredients,
  source: Source,
  rest: readonly Rendition[],
  folder: string,
  watch: Watch = {},
): Promise<Made[]> {
  if (rest.length === 0) return [];
  const [input, seen] = typeof picture === 'string' ? [safeInput(picture), source] : openFrames(picture, source);
  const hasSound = source.soundStream !== undefined;
  const outputs = rest.flatMap((rendition, index) => [
    ...['-map', `[v${index}]`, ...pictureCodec(rendition), ...(hasSound ? ['-map', '1:a:0', '-c:a', 'copy'] : [])],
    ...[...NO_METADATA, ...hls(rendition.name, GROUP_SECONDS)],
  ]);
  const args = [...input, ...(hasSound ? safeInput(play) : []), '-filter_complex', pictureGraph(seen, rest), ...outputs];
  await make(rest.map(({ name }) => name).join(', '), args, source, bytesFor(source, rest), folder, watch);
  return Promise.all(rest.map((rendition) => measureMade(folder, rendition, source.durationMs)));
}

import { join } from 'node:path';
import { runFfmpeg, type Watch } from './ffmpeg.js';
import { pictureGraph, soundFilters, soundGraph } from './filters.js';
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

/**
 * Makes the rendition that is published: `play.mp4`, which is played from its first byte on, and `<name>.mp4` with `<name>.m3u8`
 * for HLS.
 *
 * @param path of the source, as it was examined
 * @param folder an absolute path; files of an earlier try are overwritten
 * @throws UndecodableError when the source is damaged; Error when ffmpeg fails, takes too long or makes something else than planned; the signal's reason
 */
export async function makeFirst(path: string, source: Source, first: Rendition, folder: string, watch: Watch = {}): Promise<Made> {
  const { signal, onProgress } = watch;
  const graph = first.copyPicture ? [] : ['-filter_complex', pictureGraph(source, [first])];
  const picture = first.copyPicture ? `0:${source.pictureStream}` : '[v0]';
  const codecs = [...pictureCodec(first), ...soundCodec(first), ...NO_METADATA];
  const output = [...streams(source, picture), ...codecs, '-movflags', '+faststart', '-f', 'mp4', 'play.mp4'];
  const bytes = bytesFor(source, [first]);
  const part = { signal, onProgress: (share: number) => onProgress?.(share * ENCODING) };
  await make(first.name, [...safeInput(path), ...graph, ...output], source, bytes, folder, part);
  // Parts of a copied picture are as long as its groups; those of ours are two seconds long.
  const segments = hls(first.name, first.copyPicture ? GROUP_SECONDS / 2 : GROUP_SECONDS);
  const remux = [...safeInput(join(folder, 'play.mp4')), '-map', '0', '-c', 'copy', ...NO_METADATA, ...segments];
  await make(first.name, remux, source, bytes, folder, { signal });
  const made = await measureMade(folder, first, source.durationMs);
  onProgress?.(1);
  return made;
}

/**
 * Makes the other renditions for HLS, all by one decode of the source.
 *
 * @throws as makeFirst
 */
export async function makeRest(
  path: string,
  source: Source,
  rest: readonly Rendition[],
  folder: string,
  watch: Watch = {},
): Promise<Made[]> {
  if (rest.length === 0) return [];
  const outputs = rest.flatMap((rendition, index) => [
    ...['-map', `[v${index}]`, ...(source.soundStream === undefined ? [] : ['-map', `[a${index}]`])],
    ...[...pictureCodec(rendition), ...soundCodec(rendition), ...NO_METADATA, ...hls(rendition.name, GROUP_SECONDS)],
  ]);
  const args = [
    ...safeInput(path),
    '-filter_complex',
    [pictureGraph(source, rest), ...soundGraph(source, rest.length)].join(';'),
    ...outputs,
  ];
  await make(rest.map(({ name }) => name).join(', '), args, source, bytesFor(source, rest), folder, watch);
  return Promise.all(rest.map((rendition) => measureMade(folder, rendition, source.durationMs)));
}

import { resolve } from 'node:path';

/** Containers that are opened, by ffmpeg's names: MP4 and MOV, Matroska and WebM. */
const DEMUXERS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm';

/** Pictures that we play. */
export const VIDEO_CODECS: readonly string[] = ['h264', 'hevc', 'vp8', 'vp9', 'av1', 'mpeg4'];
/** Sounds that we play. */
export const AUDIO_CODECS: readonly string[] = [
  ...['aac', 'mp3', 'opus', 'vorbis', 'flac', 'alac', 'amr_nb', 'amr_wb', 'ac3', 'eac3'],
  ...['pcm_s16le', 'pcm_s16be', 'pcm_s24le', 'pcm_s24be', 'pcm_s32le', 'pcm_f32le', 'pcm_u8', 'pcm_mulaw', 'pcm_alaw'],
];

/** What lies beside picture and sound: ffprobe opens each stream, though we decode none of these. */
const SIDE_DECODERS = ['mjpeg', 'png', 'mov_text', 'subrip', 'ass', 'webvtt'];
/** Decoders of these; some have names of their own. */
const DECODERS = [...VIDEO_CODECS, ...AUDIO_CODECS, ...SIDE_DECODERS, 'libdav1d', 'mp3float', 'amrnb', 'amrwb'].join(',');

/** More pixels than 4096 x 2160 cost more to decode than a short video is worth. */
export const MAX_PIXELS = 9_000_000;
/** A phone's file has a picture, one or two sounds, and up to ten tracks of measurements; hundreds of streams are an attack. */
export const MAX_STREAMS = 24;

const isUrl = (source: string): boolean => /^https?:\/\//.test(source);

/**
 * Arguments that open a file of a stranger: ffmpeg chooses demuxers by content, so a playlist named `.mp4` would make it read
 * other files or addresses, and a picture of gigapixels would be decoded.
 *
 * @param source a path, or an http address of our own
 */
export const safeInput = (source: string): string[] => [
  '-protocol_whitelist',
  isUrl(source) ? 'http,https,tcp,tls' : 'file',
  '-format_whitelist',
  DEMUXERS,
  '-codec_whitelist',
  DECODERS,
  '-max_pixels',
  String(MAX_PIXELS),
  '-i',
  isUrl(source) ? source : `file:${resolve(source)}`,
];

/** How ffmpeg says that a file ends too early, though it reads what is there. */
export const CUT_OFF = /\[error\].*(partial file|ended prematurely|Truncat|moov atom not found)/i;

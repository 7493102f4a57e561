import { mediaConfig } from './media.config.js';
import { runTool } from './run-tool.js';
import { AUDIO_CODECS, safeInput } from './safe-input.js';
import { isOurs } from './undecodable.js';
import type { RejectionReason } from '../../video.reasons.js';

/** What ffprobe tells of one stream, as far as it is asked. */
export interface StreamHeader {
  readonly index?: number;
  readonly codec_type?: string;
  readonly codec_name?: string;
  readonly profile?: string;
  readonly level?: number;
  readonly pix_fmt?: string;
  readonly width?: number;
  readonly height?: number;
  readonly sample_aspect_ratio?: string;
  readonly field_order?: string;
  readonly color_range?: string;
  readonly color_space?: string;
  readonly color_transfer?: string;
  readonly channels?: number;
  readonly duration?: string;
  readonly disposition?: { readonly attached_pic?: number };
  readonly side_data_list?: readonly { readonly rotation?: number }[];
}

export interface Headers {
  readonly streams?: readonly StreamHeader[];
  readonly format?: { readonly duration?: string; readonly start_time?: string; readonly nb_streams?: number };
}

const ENTRIES = [
  'format=duration,start_time,nb_streams',
  'stream=index,codec_type,codec_name,profile,level,pix_fmt,width,height,sample_aspect_ratio,field_order,color_range,color_space,color_transfer,channels,duration',
  'stream_disposition=attached_pic',
  'stream_side_data=rotation',
].join(':');
/** ffprobe takes 0.1 s; a hostile file may keep it busy for ever, in ms. */
const PROBE_MS = 20_000;
const REPORT_BYTES = 256 * 1024;

/** ffprobe gives no report of a file whose streams it may not open; what it complains of first says why. */
function complaint(stderr: string): RejectionReason {
  if (stderr.includes('exceeds specified max pixel count')) return 'too-big';
  return stderr.includes('not on whitelist') ? 'unsupported-codec' : 'damaged';
}

/**
 * Reads what a file says of itself.
 *
 * @returns why it cannot be read when it cannot
 * @throws Error when the system is short of something; as runTool
 */
export async function readHeaders(path: string, signal?: AbortSignal): Promise<Headers | RejectionReason> {
  const args = ['-v', 'level+error', ...safeInput(path), '-show_entries', ENTRIES, '-of', 'json'];
  const { code, stdout, stderr } = await runTool(mediaConfig().FFPROBE_PATH, args, { ms: PROBE_MS, bytes: REPORT_BYTES, signal });
  if (code === 0) return JSON.parse(stdout.toString('utf8')) as Headers;
  if (isOurs(stderr)) throw new Error(`the headers could not be read: ${stderr.slice(-500)}`);
  return complaint(stderr);
}

export const pictureOf = ({ streams = [] }: Headers): StreamHeader | undefined =>
  streams.find((stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1);

/** The first sound that we can play: phones write a second one of a kind that nobody knows. */
export const soundOf = ({ streams = [] }: Headers): StreamHeader | undefined =>
  streams.find((stream) => stream.codec_type === 'audio' && AUDIO_CODECS.includes(stream.codec_name ?? ''));

/** Whether a player turns the picture at all, or on its side. */
export const isTurned = (stream: StreamHeader): boolean => stream.side_data_list?.some(({ rotation }) => (rotation ?? 0) !== 0) ?? false;
const isOnItsSide = (stream: StreamHeader): boolean =>
  stream.side_data_list?.some(({ rotation }) => Math.abs(rotation ?? 0) % 180 === 90) ?? false;

/** Width by height of a pixel; 1 when the file does not say. */
export function pixelShape(stream: StreamHeader): number {
  const [across = 1, down = 1] = (stream.sample_aspect_ratio ?? '1:1').split(':').map(Number);
  const shape = across / down;
  return Number.isFinite(shape) && shape > 0 ? shape : 1;
}

/** A stream's size as it is shown. Pixels that are not square are shrunk to squares, never stretched. */
export function shownSize(stream: StreamHeader): { width: number; height: number } {
  const { width = 0, height = 0 } = stream;
  const shape = pixelShape(stream);
  const wide = shape < 1 ? Math.round(width * shape) : width;
  const high = shape > 1 ? Math.round(height / shape) : height;
  return isOnItsSide(stream) ? { width: high, height: wide } : { width: wide, height: high };
}

import { mediaConfig } from './media.config.js';
import { runTool, ToolLimitError } from './run-tool.js';
import { safeInput } from './safe-input.js';
import { isOurs } from './undecodable.js';

/** One packet of a file. */
export interface Packet {
  readonly stream: number;
  /** When it is shown, in s. */
  readonly at: number;
  /** How long, in s; 0 when the file does not say. */
  readonly lasts: number;
  readonly bytes: number;
  readonly isKey: boolean;
  /** Decoded but not shown. */
  readonly isHidden: boolean;
}

/** What the packets of a picture say together. */
export interface PictureFacts {
  readonly packets: number;
  /** Of its first frame and of the end of its last one, in s from the beginning of the file. */
  readonly start: number;
  readonly end: number;
  /** Whether all frames last about as long. */
  readonly isConstantRate: boolean;
  /** Longest time between frames that can be sought to, in s. */
  readonly longestGroup: number;
  /** Whether each such group can be decoded without the one before, and every frame of it is shown. */
  readonly isClosed: boolean;
  readonly bytes: number;
}

/** Share of a picture's packets that become frames at least: some hold others together and are not shown themselves. */
const LEAST_DECODED = 0.8;
/** Whether so many frames are all that these packets hold; a decoder that leaves many out without a complaint has met a broken file. */
export const areWhole = (frames: number, packets: number): boolean => frames > 0 && frames >= packets * LEAST_DECODED;
/** Reading all packets of a large file, in ms. */
const READ_MS = 300_000;
/** Packets of a file: those of 15 minutes in slow motion, with sound and a phone's measurements; a list of more would not fit into memory. */
const MAX_PACKETS = 500_000;
/** Some 40 bytes tell of a packet. */
const LIST_BYTES = 40 * MAX_PACKETS;
/** A frame that lasts less or more than the usual one by this is late, not merely jittery. */
const JITTER = { least: 0.4, most: 1.6 };

function parsePacket(line: string): Packet | undefined {
  const [stream, at, lasts, bytes, flags = ''] = line.split(',');
  const seconds = Number(at);
  if (!stream || !at || !Number.isFinite(seconds)) return undefined;
  const size = Number(bytes) || 0;
  return {
    stream: Number(stream),
    at: seconds,
    lasts: Number(lasts) || 0,
    bytes: size,
    isKey: flags.includes('K'),
    isHidden: flags.includes('D'),
  };
}

/** Undefined when they are too many. */
function parsePackets(text: string, most: number): Packet[] | undefined {
  const packets: Packet[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf('\n', at);
    const packet = parsePacket(text.slice(at, end < 0 ? text.length : end));
    if (packet) packets.push(packet);
    if (packets.length > most) return undefined;
    at = end < 0 ? text.length : end + 1;
  }
  return packets;
}

/** The packets of a file, in its order, and what was complained of while they were read. */
export interface PacketList {
  readonly packets: readonly Packet[];
  readonly log: string;
}

/**
 * Lists the packets of a file without decoding any, in the order of the file.
 *
 * @returns undefined when they are so many that the file must be an attack
 * @throws Error when the system is short of something; as runTool
 */
export async function readPackets(path: string, signal?: AbortSignal, most = MAX_PACKETS): Promise<PacketList | undefined> {
  const entries = 'packet=stream_index,pts_time,duration_time,size,flags';
  const args = ['-v', 'level+error', ...safeInput(path), '-show_entries', entries, '-of', 'csv=p=0'];
  try {
    const { code, stdout, stderr } = await runTool(mediaConfig().FFPROBE_PATH, args, { ms: READ_MS, bytes: LIST_BYTES, signal });
    if (code !== 0 && isOurs(stderr)) throw new Error(`the packets could not be read: ${stderr.slice(-500)}`);
    const packets = parsePackets(stdout.toString('latin1'), most);
    return packets && { packets, log: stderr };
  } catch (error) {
    if (error instanceof ToolLimitError && error.limit === 'output') return undefined;
    throw error;
  }
}

const middle = (sorted: readonly number[]): number => sorted[Math.floor(sorted.length / 2)] ?? 0;

/** Whether no packet comes after a key frame that is shown before it, and all are shown. */
function isClosed(packets: readonly Packet[]): boolean {
  let key = Number.NEGATIVE_INFINITY;
  for (const packet of packets) {
    if (packet.isHidden || packet.at < key) return false;
    if (packet.isKey) key = packet.at;
  }
  return packets[0]?.isKey === true;
}

function longestGroup(packets: readonly Packet[], end: number): number {
  const keys = packets.filter((packet) => packet.isKey).map((packet) => packet.at);
  return keys.reduce((longest, at, index) => Math.max(longest, (keys[index + 1] ?? end) - at), 0);
}

/**
 * @param all packets of the file
 * @param stream the picture's
 * @param origin when the file begins, in s
 * @returns undefined without any packet
 */
export function pictureFacts(all: readonly Packet[], stream: number, origin: number): PictureFacts | undefined {
  const packets = all.filter((packet) => packet.stream === stream);
  const shown = packets.filter((packet) => !packet.isHidden).sort((a, b) => a.at - b.at);
  const first = shown[0];
  const last = shown.at(-1);
  if (!first || !last) return undefined;
  const gaps = shown.slice(1).map((packet, index) => packet.at - (shown[index]?.at ?? 0));
  const usual = middle([...gaps].sort((a, b) => a - b)) || first.lasts || 0.04;
  const end = last.at + (last.lasts || usual);
  return {
    packets: shown.length,
    start: first.at - origin,
    end: end - origin,
    isConstantRate: gaps.every((gap) => gap >= usual * JITTER.least && gap <= usual * JITTER.most),
    longestGroup: longestGroup(packets, end),
    isClosed: isClosed(packets),
    bytes: packets.reduce((sum, packet) => sum + packet.bytes, 0),
  };
}

/** When a stream's last packet ends, in s from the beginning of the file; 0 without any. */
export function endOf(all: readonly Packet[], stream: number, origin: number): number {
  return all.reduce((end, packet) => (packet.stream === stream ? Math.max(end, packet.at + packet.lasts - origin) : end), 0);
}

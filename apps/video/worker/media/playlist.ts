import type { Made } from './made.js';

/** Players begin with the first one that is named and change as they learn how fast the network is, in bit/s. */
const BEGIN_WITH = 2_500_000;

const variant = (made: Made): string =>
  [
    `#EXT-X-STREAM-INF:BANDWIDTH=${made.bandwidth}`,
    `AVERAGE-BANDWIDTH=${made.averageBandwidth}`,
    `CODECS="${made.codecs}"`,
    `RESOLUTION=${made.width}x${made.height}`,
    `FRAME-RATE=${made.frameRate.toFixed(3)}`,
  ].join(',') + `\n${made.uri ?? `${made.name}.m3u8`}`;

/** The master playlist of renditions (RFC 8216): a middling one first, then the others from the cheapest to the best. */
export function masterPlaylist(made: readonly Made[]): string {
  const sorted = [...made].sort((a, b) => a.bandwidth - b.bandwidth);
  const first = sorted.filter(({ bandwidth }) => bandwidth <= BEGIN_WITH).at(-1) ?? sorted[0];
  const order = sorted.filter((one) => one !== first);
  const lines = [...(first ? [first] : []), ...order].map(variant);
  return ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS', ...lines, ''].join('\n');
}

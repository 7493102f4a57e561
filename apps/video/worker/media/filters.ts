import { fpsText } from './frame-rate.js';
import type { Rendition } from './ladder.js';
import type { Source } from './source.js';

/** Brightness of white on a normal screen, by ITU-R BT.2408, in cd/m2: what HDR films a sheet of paper with. */
const WHITE = 203;

/** HDR as a normal screen shows it; the size comes first, since tone mapping costs by the pixel. */
export const toneMapped = (width: number, height: number): string[] => [
  `zscale=w=${width}:h=${height}:t=linear:npl=${WHITE}`,
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=hable:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
];

/** Colours that are not BT.709 become it; those of unnamed ones are taken for it. */
function scaled(source: Source, width: number, height: number): string[] {
  if (source.isBt709 && source.hasSquarePixels && width === source.width && height === source.height) return [];
  const matrix = source.isBt709 ? 'in_color_matrix=bt709:out_color_matrix=bt709' : 'out_color_matrix=bt709';
  return [`scale=${width}:${height}:flags=bicubic:${matrix}:out_range=tv`];
}

/** Frames of a video that is made at a rate. */
export const frameCount = ({ durationMs }: Pick<Source, 'durationMs'>, fps: number): number =>
  Math.max(1, Math.round((durationMs / 1_000) * fps));

/**
 * Filters before a picture is scaled: whole frames at an exact rate from the first moment to the last, whenever the source's
 * come.
 */
function timed(source: Source, fps: number): string[] {
  const steady = [`fps=fps=${fpsText(fps)}:start_time=0`, 'tpad=stop_mode=clone:stop=-1', `trim=end_frame=${frameCount(source, fps)}`];
  return [...(source.isInterlaced ? ['yadif'] : []), ...steady];
}

/** From one of our own pictures to a smaller one. */
const smaller = ({ width, height }: Shape): string =>
  `scale=${width}:${height}:flags=bicubic:in_color_matrix=bt709:out_color_matrix=bt709:out_range=tv`;

const AS_PLAYED = ['format=yuv420p', 'setsar=1'];

/** A size at a rate. */
export type Shape = Pick<Rendition, 'width' | 'height' | 'fps'>;

/**
 * A graph that makes pictures of one source in several sizes, with one decode; its outputs are `[v0]`, `[v1]`… Each is scaled from the one
 * before, which costs less than scaling from the largest.
 *
 * @param shapes of one frame rate, the largest first
 */
export function pictureGraph(source: Source, shapes: readonly Shape[]): string {
  const largest = shapes[0];
  if (!largest) return '';
  const { width, height, fps } = largest;
  const sized = source.isHdr ? [...toneMapped(width, height), 'format=yuv420p'] : scaled(source, width, height);
  let filters = [`[0:${source.pictureStream}]${timed(source, fps).join(',')}`, ...sized, ...AS_PLAYED];
  return shapes
    .map((_, index) => {
      const next = shapes[index + 1];
      const chain = filters.join(',');
      if (!next) return `${chain}[v${index}]`;
      filters = [`[s${index}]${smaller(next)}`, ...AS_PLAYED];
      return `${chain},split[v${index}][s${index}]`;
    })
    .join(';');
}

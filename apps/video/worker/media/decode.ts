import { runFfmpeg, type Watch } from './ffmpeg.js';
import { measuringFilters, parseLoudness, type Loudness } from './loudness.js';
import { safeInput } from './safe-input.js';
import type { Source } from './source.js';
import { mustSucceed } from './undecodable.js';

export const DISCARD = ['-f', 'null', '-'];

/** How many frames of its picture a run has decoded, by what it logs at its end. @throws Error when it has logged no such thing */
export function decodedFrames(log: string): number {
  const found = [...log.matchAll(/Input stream #\d+:\d+ \(video\): \d+ packets read \(\d+ bytes\); (\d+) frames decoded/g)].at(-1)?.[1];
  if (found === undefined) throw new Error('ffmpeg does not tell how many frames it has decoded');
  return Number(found);
}

/** Decodes and keeps nothing; what ffmpeg logged. */
async function decode(
  what: string,
  args: readonly string[],
  durationMs: number,
  { level = 'verbose', ...watch }: Watch & { readonly level?: 'info' | 'verbose' },
): Promise<string> {
  const result = await runFfmpeg(['-v', `level+${level}`, '-xerror', ...args], { durationMs, ...watch });
  mustSucceed(what, result, 'decodes');
  return result.stderr;
}

/**
 * Decodes all of a sound, and measures what of it is published.
 *
 * @param stream the sound's
 * @returns undefined when it is silent or too short to be measured
 * @throws UndecodableError when it cannot be decoded; Error when that is our fault or takes too long; the signal's reason
 */
export async function hear(path: string, stream: number, { durationMs }: Source, watch: Watch): Promise<Loudness | undefined> {
  const sound = ['-map', `0:${stream}`];
  // What is measured may end before the sound does.
  const outputs = [...sound, ...DISCARD, ...sound, '-af', measuringFilters(durationMs / 1_000), ...DISCARD];
  return parseLoudness(await decode('the sound', [...safeInput(path), ...outputs], durationMs, { ...watch, level: 'info' }));
}

/** Decodes all of a picture; the number of its frames. @throws as hear */
export async function see(path: string, stream: number, durationMs: number, watch: Watch): Promise<number> {
  return decodedFrames(await decode('the picture', [...safeInput(path), '-map', `0:${stream}`, ...DISCARD], durationMs, watch));
}

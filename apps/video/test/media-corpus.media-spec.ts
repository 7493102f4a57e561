import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { examineFile } from '../worker/media/examine.js';
import { framesSize, type Frames } from '../worker/media/frames.js';
import { planLadder, type Rendition } from '../worker/media/ladder.js';
import type { Source } from '../worker/media/source.js';
import { UndecodableError } from '../worker/media/undecodable.js';
import type { Made } from '../worker/media/made.js';
import { makeRest } from '../worker/media/rest.js';
import type { Limits } from '../worker/media/verdict.js';
import { ACCEPTED, SECRETS, type Accepted } from './corpus/accepted.js';
import { Inputs, momentOf } from './corpus/inputs.js';
import { beepAt, flashAt, frameTimes, loudness, probe } from './corpus/measure.js';
import { REFUSED } from './corpus/refused.js';
import { firstInFolder } from './first-in-folder.js';

/** Half a minute for a clip of ten minutes; the others take two seconds. */
const MS = 300_000;
/** Longest distance of picture and sound, in s. */
const IN_SYNC = 0.08;
const TARGET = { lufs: -14, within: 1, peak: -1 };
/** Of longer clips only the middle is looked at, in s. */
const LONG = 10;
/** Longest distance of key frames, in s. */
const GROUP = 2.1;
/** Bytes of frames that are kept of a clip here. */
const MOST_FRAMES = 500e6;
/** What containers cannot be without. */
const TAGS = ['major_brand', 'minor_version', 'compatible_brands', 'language', 'handler_name', 'vendor_id', 'variant_bitrate'];
/** Which encoder made it says nothing of who did. */
const TOOL = /^Lav[cf][\d.]* ?(libx264|aac)?$/;

let inputs: Inputs;
beforeAll(async () => {
  inputs = new Inputs(await mkdtemp(join(tmpdir(), 'doul-corpus-')));
});
afterAll(() => rm(inputs.folder, { recursive: true, force: true }));

/** Frames of every second source are kept: the others are decoded twice. */
function framesFor(source: Source, [largest, ...smaller]: readonly Rendition[], path: string): Frames | undefined {
  if (!largest || (ordinal += 1) % 2 === 0) return undefined;
  const bytes = framesSize(source, [largest, ...smaller]);
  return bytes > MOST_FRAMES ? undefined : { ...largest, path, bytes };
}
let ordinal = 0;

async function expectPicture(file: string, rendition: Rendition, source: Source): Promise<void> {
  const { streams, format, chapters } = await probe(file);
  const [picture] = streams.filter(({ codec_type: type }) => type === 'video');
  expect(picture).toMatchObject({ codec_name: 'h264', pix_fmt: 'yuv420p', width: rendition.width, height: rendition.height });
  if (!rendition.copyPicture) expect(picture).toMatchObject({ profile: 'High', color_space: 'bt709', color_transfer: 'bt709' });
  expect(picture?.side_data_list ?? []).toEqual([]);
  const sounds = streams.filter(({ codec_type: type }) => type === 'audio');
  expect(sounds).toHaveLength(source.hasAudio ? 1 : 0);
  if (sounds[0]) expect(sounds[0]).toMatchObject({ codec_name: 'aac', profile: 'LC', sample_rate: '48000', channels: 2 });
  expect(streams).toHaveLength(1 + sounds.length);
  expect(chapters).toEqual([]);
  const tags = [format, ...streams].flatMap((part) => Object.entries(part.tags ?? {}));
  expect(tags.filter(([tag, value]) => !TAGS.includes(tag) && !(tag === 'encoder' && TOOL.test(value)))).toEqual([]);
}

async function expectTimes(file: string, rendition: Rendition, seconds: number): Promise<void> {
  const { all, keys } = await frameTimes(file);
  const last = all.at(-1) ?? 0;
  const length = last - (all[0] ?? 0) + 1 / rendition.fps;
  expect(Math.abs(length - seconds)).toBeLessThan(2 / rendition.fps + 0.002);
  expect(keys[0]).toBe(all[0]);
  for (const [index, at] of keys.entries()) expect((keys[index + 1] ?? last) - at).toBeLessThanOrEqual(GROUP);
  if (rendition.copyPicture) return;
  const gaps = all.slice(1).map((at, index) => at - (all[index] ?? 0));
  expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThan(0.002);
}

async function expectSound(file: string, input: Accepted): Promise<void> {
  if (input.sound === 'none' || input.sound === 'silent') return;
  const { integrated, peak } = await loudness(file);
  expect(Math.abs(integrated - TARGET.lufs), `${integrated} LUFS`).toBeLessThanOrEqual(TARGET.within);
  expect(peak, `${peak} dBTP`).toBeLessThanOrEqual(TARGET.peak);
}

async function expectSync(file: string, input: Accepted): Promise<void> {
  if (input.sound !== undefined) return;
  const moment = momentOf(input.look ?? {});
  const window = moment > LONG ? { from: moment - 2, seconds: 4 } : undefined;
  const [flash, beep] = [await flashAt(file, window), await beepAt(file, window)];
  expect(Math.abs((flash ?? -1) - beep), `flash at ${flash}, beep at ${beep}`).toBeLessThanOrEqual(IN_SYNC);
  expect(Math.abs((flash ?? -1) - (window ? 2 : moment))).toBeLessThanOrEqual(0.15);
}

async function secretsIn(file: string): Promise<string[]> {
  const bytes = await readFile(file);
  return SECRETS.filter((secret) => bytes.includes(secret));
}

const expectNothingPersonal = async (file: string): Promise<void> => expect(await secretsIn(file)).toEqual([]);

async function expectRendition(folder: string, made: Made, rendition: Rendition, source: Source, input: Accepted): Promise<void> {
  const seconds = source.durationMs / 1_000;
  const files = [`${made.name}.m3u8`, `${made.name}.mp4`].map((name) => join(folder, name));
  const [playlist = '', media = ''] = files;
  await expectPicture(media, rendition, source);
  await expectTimes(playlist, rendition, seconds);
  await expectSound(playlist, input);
  await expectSync(playlist, input);
  await expectNothingPersonal(media);
  expect(made.bandwidth).toBeGreaterThanOrEqual(made.averageBandwidth);
  expect(made.codecs).toMatch(source.hasAudio ? /^avc1\.[0-9a-f]{6},mp4a\.40\.2$/ : /^avc1\.[0-9a-f]{6}$/);
}

async function expectPlay(folder: string, first: Rendition, source: Source, input: Accepted): Promise<void> {
  const play = join(folder, 'play.mp4');
  await expectPicture(play, first, source);
  await expectTimes(play, first, source.durationMs / 1_000);
  await expectSync(play, input);
  await expectNothingPersonal(play);
  const bytes = await readFile(play);
  expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
}

describe('what is published', () => {
  it.concurrent.each(ACCEPTED.map((input) => [input.name, input] as const))('%s', { timeout: MS }, async (name, input) => {
    const path = await input.make(inputs, name);
    // What is not there cannot be removed.
    if (input.secrets) expect(await secretsIn(path)).toEqual(expect.arrayContaining([...input.secrets]));
    const source = await examineFile(path);
    expect(source).toMatchObject({ ok: true });
    if (!source.ok) return;
    const { first, rest } = planLadder(source);
    expect([first, ...rest].map((rendition) => rendition.name)).toEqual(input.renditions);
    expect(`${first.width}x${first.height}`).toBe(input.size);
    expect(first.copyPicture).toBe(input.copied ?? false);
    if (input.fps !== undefined) expect(first.fps).toBeCloseTo(input.fps, 1);
    expect(Math.abs(source.durationMs / 1_000 - (input.seconds ?? input.look?.seconds ?? 2))).toBeLessThan(0.1);
    const folder = inputs.path(`${name}.made`);
    await mkdir(folder);
    const shares: number[] = [];
    const frames = first.copyPicture ? undefined : framesFor(source, rest, inputs.path(`${name}.frames`));
    const made = [await firstInFolder(path, source, first, folder, { frames, onProgress: (share) => shares.push(share) })];
    made.push(...(await makeRest({ play: join(folder, 'play.mp4'), picture: frames ?? path }, source, rest, folder)));
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    await expectPlay(folder, first, source, input);
    for (const [index, rendition] of [first, ...rest].entries()) {
      await expectRendition(folder, made[index] as Made, rendition, source, input);
    }
    await rm(folder, { recursive: true });
    if (frames) await rm(frames.path);
  });
});

/** Why a file is not published: the examination says so, or the encoder, which decodes what that leaves out. */
async function refusalOf(path: string, limits: Partial<Limits>): Promise<string> {
  const source = await examineFile(path, { limits });
  if (!source.ok) return source.reason;
  await mkdir(`${path}.made`);
  try {
    await firstInFolder(path, source, planLadder(source).first, `${path}.made`);
    return 'published';
  } catch (error) {
    if (error instanceof UndecodableError) return 'damaged';
    throw error;
  }
}

describe('what is refused', () => {
  it.concurrent.each(REFUSED.map((input) => [input.name, input] as const))('%s', { timeout: MS }, async (name, input) => {
    const path = await input.make(inputs, name);
    expect([input.reason].flat()).toContain(await refusalOf(path, input.limits ?? {}));
  });
});

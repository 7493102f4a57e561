import { examineFile } from '../../../apps/video/worker/media/examine.js';
import { planLadder, type Rendition } from '../../../apps/video/worker/media/ladder.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Author } from './author.js';
import type { Clip } from './clips.js';
import { busyShares, coreTicks, quiet } from './cores.js';
import { plainEncode, similarity } from './plain.js';
import { median, type Figure } from './figure.js';

async function ladderOf(clip: Clip): Promise<{ first: Rendition; rest: Rendition[] }> {
  const found = await examineFile(clip.path);
  if (!found.ok) throw new Error(`the bench's own clip is refused: ${found.reason}`);
  return planLadder(found);
}

/** From the last byte to `published`, and to the whole ladder, against plain ffmpeg, each after the other. */
export async function ladder(author: Author, clip: Clip, runs: number): Promise<Figure[]> {
  const { first, rest } = await ladderOf(clip);
  const times = { plainFirst: [] as number[], first: [] as number[], plainAll: [] as number[], all: [] as number[] };
  for (let run = 0; run < runs; run += 1) {
    await quiet();
    times.plainFirst.push(await plainEncode(clip.path, [first]));
    times.plainAll.push(await plainEncode(clip.path, [first, ...rest]));
    await quiet();
    const { id, at } = await author.uploads(clip.path, `ladder ${run}`);
    times.first.push(((await author.awaits(id, 1)) - at) / 1_000);
    times.all.push(((await author.awaits(id, 1 + rest.length)) - at) / 1_000);
    const [plainFirst, plainAll, own, all] = [times.plainFirst, times.plainAll, times.first, times.all].map((list) =>
      list.at(-1)?.toFixed(2),
    );
    console.log(`  run ${run + 1}: first ${own} s, plain ${plainFirst} s; all ${all} s, plain ${plainAll} s`);
  }
  const [firstRatio, allRatio] = [median(times.first) / median(times.plainFirst), median(times.all) / median(times.plainAll)];
  const what = `${clip.seconds} s of ${clip.width} × ${clip.height}`;
  return [
    { name: `published after, ${what}`, value: median(times.first), unit: 's', goal: '1.3 × plain ffmpeg' },
    { name: `plain ffmpeg, ${first.name}`, value: median(times.plainFirst), unit: 's' },
    { name: 'published after / plain ffmpeg', value: firstRatio, unit: '×', goal: '≤ 1.3', isReached: firstRatio <= 1.3 },
    { name: `whole ladder after (${[first, ...rest].map(({ name }) => name).join(', ')})`, value: median(times.all), unit: 's' },
    { name: 'plain ffmpeg, all in one command', value: median(times.plainAll), unit: 's' },
    { name: 'whole ladder / plain ffmpeg', value: allRatio, unit: '×', goal: '≤ 1.15', isReached: allRatio <= 1.15 },
  ];
}

/** What takes two seconds is looked at more often than what takes ten. */
const COPIED_LOOK_MS = 100;

/** A clip whose picture is taken over as it is. */
export async function remux(author: Author, clip: Clip, runs: number): Promise<Figure[]> {
  const { first } = await ladderOf(clip);
  if (!first.copyPicture) throw new Error('the clip for copying would be encoded');
  const times: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    await quiet();
    const { id, at } = await author.uploads(clip.path, `remux ${run}`);
    times.push(((await author.awaits(id, 1, COPIED_LOOK_MS)) - at) / 1_000);
    await author.awaits(id, 1 + (await ladderOf(clip)).rest.length);
  }
  const value = median(times);
  return [
    {
      name: `published after, copied, ${clip.seconds} s of ${clip.width} × ${clip.height}`,
      value,
      unit: 's',
      goal: '≤ 2',
      isReached: value <= 2,
    },
  ];
}

/** How like each rendition is to the source. */
export async function likeness(author: Author, clip: Clip): Promise<Figure[]> {
  const { first, rest } = await ladderOf(clip);
  const { id } = await author.uploads(clip.path, 'likeness');
  await author.awaits(id, 1 + rest.length);
  const { hls_url: master } = await author.video(id);
  const lines = (await (await fetch(master)).text()).split('\n').filter((line) => line.endsWith('.m3u8'));
  const folder = await mkdtemp(join(tmpdir(), 'doul-bench-'));
  const figures: Figure[] = [];
  try {
    for (const { name, width, height } of [first, ...rest]) {
      const line = lines.find((one) => one.endsWith(`${name}.m3u8`)) ?? '';
      const file = join(folder, `${name}.mp4`);
      const bytes = Buffer.from(await (await fetch(new URL(line.replace(/m3u8$/, 'mp4'), master))).arrayBuffer());
      await writeFile(file, bytes);
      const value = await similarity(file, clip.path, width, height);
      const rate = (bytes.length * 8) / clip.seconds / 1_000;
      figures.push({ name: `SSIM of ${name} at ${rate.toFixed(0)} kbit/s`, value, unit: '', goal: '≥ 0.95', isReached: value >= 0.95 });
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return figures;
}

/** How busy the cores are while a queue of clips is worked off. */
export async function queue(author: Author, clip: Clip, clips: number): Promise<Figure[]> {
  const ids: number[] = [];
  await quiet();
  const before = coreTicks();
  const start = performance.now();
  for (let at = 0; at < clips; at += 1) ids.push((await author.uploads(clip.path, `queue ${at}`)).id);
  for (const id of ids) await author.awaits(id, 1);
  const seconds = (performance.now() - start) / 1_000;
  const busy = busyShares(before, coreTicks()).map((share) => 100 * share);
  const least = Math.min(...busy);
  const { rest } = await ladderOf(clip);
  for (const id of ids) await author.awaits(id, 1 + rest.length);
  return [
    { name: `${clips} clips of ${clip.seconds} s published after`, value: seconds, unit: 's' },
    {
      name: `busy meanwhile: ${busy.map((share) => `${share.toFixed(0)} %`).join(', ')}; the least`,
      value: least,
      unit: '%',
      goal: '≥ 90',
      isReached: least >= 90,
    },
  ];
}

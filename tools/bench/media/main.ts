import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, machineLine } from '../measure/machine.js';
import { ROOT } from '../root.js';
import { Author } from './author.js';
import { naturalClip } from './clips.js';
import { lineOf, markdownOf, type Figure } from './figure.js';
import { likeness, ladder, queue, remux } from './processing.js';
import { transfer } from './transfer.js';

export const MEDIA_HELP = `Usage: ./doul bench media [options]

Measures uploads and the media pipeline of the running profile, or of one of its own, against plain ffmpeg and curl on the same
files in the same run: time from the last byte to publication and to the whole ladder, likeness of renditions, how busy the cores are
with a queue, and the upload client.

Options:
  --runs N          runs of each measurement; medians are printed (default 3)
  --seconds N       length of the clips (default 10)
  --megabytes N     size of the file that is uploaded in parts (default 512)
  --only NAMES      some of ladder,copy,likeness,queue,transfer
  --publish-docs    put the figures of all of them into docs/media.md
  --profile NAME    a profile to measure
`;

const DOCUMENT = join(ROOT, 'docs/media.md');
const BEGIN = '<!-- figures: made by ./doul bench media --publish-docs; do not edit -->';
const END = '<!-- end of figures -->';
const QUEUED = 10;
const PARTS = ['ladder', 'copy', 'likeness', 'queue', 'transfer'] as const;
type Part = (typeof PARTS)[number];

function partsOf(text: string | undefined): readonly Part[] {
  const names = text?.split(',') ?? [...PARTS];
  const unknown = names.find((name) => !PARTS.includes(name as Part));
  if (unknown !== undefined) throw new Error(`there is no part ${unknown}; there are: ${PARTS.join(', ')}`);
  return names as Part[];
}

function number(text: string | undefined, fallback: number): number {
  const value = Number(text ?? fallback);
  if (!Number.isInteger(value) || value < 1) throw new Error(`not a whole number from 1: ${text ?? ''}`);
  return value;
}

function publish(text: string): void {
  const [before, rest] = readFileSync(DOCUMENT, 'utf8').split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error('docs/media.md has no place for figures');
  writeFileSync(DOCUMENT, `${before}${BEGIN}\n\n${text}\n\n${END}${after}`);
}

/** `./doul bench media`. */
export async function mediaBench(args: readonly string[]): Promise<void> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const options = { runs: text, seconds: text, megabytes: text, only: text, 'publish-docs': flag, help: { ...flag, short: 'h' } };
  const { values } = parseArgs({ args: [...args], options });
  if (values.help) return void process.stdout.write(MEDIA_HELP);
  const [runs, seconds, megabytes] = [number(values.runs, 3), number(values.seconds, 10), number(values.megabytes, 512)];
  const parts = partsOf(values.only);
  if (values['publish-docs'] && parts.length < PARTS.length) throw new Error('only all parts together are published');
  const folder = join(ROOT, '.doul/cache/bench-media');
  console.log(`${machineLine(machine())}; ${runs} runs\n\nmaking clips`);
  const phone = await naturalClip(folder, { name: `phone-${seconds}`, width: 1_080, height: 1_920, seconds, crf: 16 });
  const fits = await naturalClip(folder, { name: `fits-${seconds}`, width: 720, height: 1_280, seconds, crf: 26, maxRate: '2M' });
  const author = await Author.new();
  // The first video of a process finds out what its tools can do, and code that nothing has compiled yet.
  await author.awaits((await author.uploads(fits.path, 'warm-up')).id, 1);
  const figures: Figure[] = [];
  const large = join(folder, `large-${megabytes}`);
  const measurements: Record<Part, () => Promise<Figure[]>> = {
    ladder: () => ladder(author, phone, runs),
    copy: () => remux(author, fits, runs),
    likeness: () => likeness(author, phone),
    queue: () => queue(author, phone, QUEUED),
    transfer: () => transfer(author, large, megabytes * 2 ** 20, runs),
  };
  for (const part of parts) {
    for (const figure of await measurements[part]()) {
      figures.push(figure);
      console.log(lineOf(figure));
    }
  }
  const results = join(ROOT, 'bench/results');
  mkdirSync(results, { recursive: true });
  writeFileSync(join(results, 'media.json'), `${JSON.stringify({ machine: machine(), figures }, null, 2)}\n`);
  console.log('\nwritten to bench/results/media.json');
  if (values['publish-docs']) publish(`${machineLine(machine())}; medians of ${runs} runs.\n\n${markdownOf(figures)}`);
}

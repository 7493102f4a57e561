import { VideoState, type StatusEntry } from '@doul/contracts';
import { EventStream } from '@doul/http';
import { newContext } from '@doul/runtime';
import { describe, expect, it } from 'vitest';
import { statusStream, type History } from './status-stream.js';

const entry = (id: number, more: Partial<StatusEntry> = {}): StatusEntry => ({
  ...{ id, happenedAtMs: 0, state: VideoState.PUBLISHED, percent: 100, reason: '', renditions: ['720p'], complete: false },
  ...more,
});
const LAST = entry(3, { renditions: ['720p', '360p'], complete: true });

/** A history, and what is written to it right before one of the questions is answered, by the number of the question. */
function watching(entries: StatusEntry[], written: Record<number, StatusEntry> = {}): (from?: number) => Promise<EventStream> {
  let asked = 0;
  const ask = (answer: () => StatusEntry[]): Promise<StatusEntry[]> => {
    const next = written[(asked += 1)];
    if (next) entries.push(next);
    return Promise.resolve(answer());
  };
  const history: History = {
    after: (from) => ask(() => entries.filter(({ id }) => id > from)),
    latest: async () => (await ask(() => entries)).at(-1),
  };
  return (from = 0) => statusStream(history, from, ({ renditions }) => ({ renditions }), newContext('a-request'));
}

async function idsOf(stream: EventStream): Promise<number[]> {
  const chunks: string[] = [];
  for await (const chunk of stream.body()) chunks.push(String(chunk));
  return [...chunks.join('').matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
}

describe('whoever watches a video', () => {
  it('is told what follows its publication, until nothing more comes', async () => {
    expect(await idsOf(await watching([entry(1), entry(2)], { 3: LAST })())).toEqual([1, 2, 3]);
  });

  it('is told the rest after coming back, and nothing only when that was all', async () => {
    expect(await idsOf(await watching([entry(1), entry(2), LAST])(1))).toEqual([2, 3]);
    expect(await watching([entry(1), entry(2), LAST])(3)).toBe(EventStream.OVER);
  });

  it('waits after coming back to a published video of which more is made', async () => {
    expect(await idsOf(await watching([entry(1), entry(2)], { 4: LAST })(2))).toEqual([3]);
  });

  it('does not miss the last entry when it is written while they come back', async () => {
    expect(await idsOf(await watching([entry(1), entry(2)], { 2: LAST })(2))).toEqual([3]);
  });
});

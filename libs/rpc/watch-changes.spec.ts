import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { watchChanges, type ChangeWatch, type ChangesAnswer } from './watch-changes.js';

interface Answer extends ChangesAnswer {
  ids: number[];
}

/** A log of ids whose cursor is how many have been told; other cursors are reset. */
function fakeLog() {
  const state = { ids: [] as number[], life: 'a', failing: false, polls: 0, under: 0, atOnce: 0, delayMs: 0, page: 100 };
  const poll = async (cursor: string): Promise<Answer> => {
    state.polls += 1;
    state.under += 1;
    state.atOnce = Math.max(state.atOnce, state.under);
    await sleep(state.delayMs);
    state.under -= 1;
    if (state.failing) throw new Error('away');
    const [life, told] = cursor.split(':');
    if (life !== state.life) return { ids: [], cursor: `${state.life}:${state.ids.length}`, reset: true, more: false };
    const end = Math.min(Number(told) + state.page, state.ids.length);
    return { ids: state.ids.slice(Number(told), end), cursor: `${life}:${end}`, reset: false, more: end < state.ids.length };
  };
  return Object.assign(state, { poll });
}

let watch: ChangeWatch | undefined;
afterEach(() => watch?.stop());

function start(log: ReturnType<typeof fakeLog>, everyMs = 5) {
  const heard: (number | 'reset')[] = [];
  watch = watchChanges<Answer>({
    name: 'spec',
    poll: log.poll,
    onChange: (answer) => heard.push(...answer.ids),
    onReset: () => heard.push('reset'),
    everyMs,
  });
  return { heard, watch };
}

const until = async (met: () => boolean): Promise<void> => {
  for (let tries = 0; !met() && tries < 400; tries += 1) await sleep(5);
  expect(met()).toBe(true);
};

describe('watchChanges', () => {
  it('starts with a reset, hears of each change once and of nothing when there is none', async () => {
    const log = fakeLog();
    log.ids = [1, 2];
    const { heard } = start(log);
    await until(() => log.polls > 3);
    expect(heard).toEqual(['reset']);
    log.ids.push(3, 4);
    await until(() => heard.length === 3);
    log.ids.push(5);
    await until(() => heard.length === 4);
    expect(heard).toEqual(['reset', 3, 4, 5]);
  });

  it('knows nothing before the first answer, and says how old its knowledge is while it cannot ask', async () => {
    const log = fakeLog();
    log.failing = true;
    const { heard, watch: changes } = start(log);
    await until(() => log.polls > 1);
    expect(changes.ageMs()).toBe(Infinity);
    log.failing = false;
    await until(() => heard.length === 1);
    expect(changes.ageMs()).toBeLessThan(200);
    log.failing = true;
    await sleep(150);
    expect(changes.ageMs()).toBeGreaterThan(100);
    log.ids.push(9);
    log.failing = false;
    await until(() => heard.includes(9));
    expect(changes.ageMs()).toBeLessThan(1_200);
  });

  it('hears of a reset when the log was lost', async () => {
    const log = fakeLog();
    const { heard } = start(log);
    await until(() => heard.length === 1);
    Object.assign(log, { life: 'b', ids: [7] });
    await until(() => heard.length === 2);
    log.ids.push(8);
    await until(() => heard.length === 3);
    expect(heard).toEqual(['reset', 'reset', 8]);
  });

  it('asks at once while there is more, and does not call itself up to date before', async () => {
    const log = fakeLog();
    const { heard, watch: changes } = start(log, 60);
    await until(() => heard.length === 1);
    log.page = 1;
    log.ids.push(...Array.from({ length: 20 }, (_, at) => at));
    log.delayMs = 5;
    await until(() => heard.length > 10);
    expect(changes.ageMs()).toBeGreaterThan(20);
    await until(() => heard.length === 21);
  });

  it('asks one thing at a time, and nothing after it was stopped', async () => {
    const log = fakeLog();
    log.delayMs = 20;
    const { heard, watch: changes } = start(log, 1);
    await until(() => log.polls > 3);
    log.ids.push(1);
    await changes.stop();
    const { polls } = log;
    const known = heard.length;
    await sleep(60);
    expect({ polls: log.polls, known: heard.length }).toEqual({ polls, known });
    expect(log.atOnce).toBe(1);
  });

  it('asks again for what its consumer could not take in', async () => {
    const log = fakeLog();
    let failing = true;
    const taken: number[] = [];
    watch = watchChanges<Answer>({
      name: 'spec',
      poll: log.poll,
      onChange: ({ ids }) => {
        if (failing) throw new Error('full');
        taken.push(...ids);
      },
      onReset: () => undefined,
      everyMs: 5,
    });
    await until(() => log.polls > 1);
    log.ids.push(1);
    const { polls } = log;
    await until(() => log.polls > polls + 2);
    failing = false;
    await until(() => taken.length > 0);
    expect(taken).toEqual([1]);
  });
});

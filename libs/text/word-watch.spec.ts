import { afterEach, describe, expect, it, vi } from 'vitest';
import { WordFilter } from './word-filter.js';
import type { WordList, WordSource } from './word-source.js';
import { WordWatch } from './word-watch.js';

class FakeSource implements WordSource {
  list: WordList = { version: 1, words: [{ text: '第一版', level: 'block' }] };
  broken = false;
  reads = 0;

  async version(): Promise<number> {
    return this.list.version;
  }

  async read(): Promise<WordList> {
    this.reads += 1;
    if (this.broken) throw new Error('comment is away');
    return this.list;
  }
}

const watches: WordWatch[] = [];
afterEach(() => {
  for (const watch of watches.splice(0)) watch.stop();
  vi.useRealTimers();
});

function watched(source: WordSource): { filter: WordFilter; watch: WordWatch } {
  const filter = new WordFilter([{ text: '内置词', level: 'block' }]);
  const watch = new WordWatch(filter, source);
  watches.push(watch);
  watch.start();
  return { filter, watch };
}

describe('WordWatch', () => {
  it('starts with the built-in words and then has the list', async () => {
    const { filter, watch } = watched(new FakeSource());
    expect(filter.check('内置词').worst).toBe('block');
    await watch.refresh();
    expect(filter.check('内置词').worst).toBe('none');
    expect(filter.check('第一版').worst).toBe('block');
  });

  it('reads an announced version at once, and only once', async () => {
    const source = new FakeSource();
    const { filter, watch } = watched(source);
    await watch.refresh();
    source.list = { version: 2, words: [{ text: '第二版', level: 'mask' }] };
    watch.announce(2);
    watch.announce(2);
    await watch.refresh();
    watch.announce(2);
    expect(filter.check('第一版').worst).toBe('none');
    expect(filter.check('第二版').worst).toBe('mask');
    expect(source.reads).toBe(2);
  });

  it('reads again until the list is as new as announced', async () => {
    const source = new FakeSource();
    const { filter, watch } = watched(source);
    await watch.refresh();
    watch.announce(3);
    const reading = watch.refresh();
    source.list = { version: 3, words: [{ text: '第三版', level: 'block' }] };
    await reading;
    expect(filter.check('第三版').worst).toBe('block');
  });

  it('keeps the last good list while the source is away, and follows when it is back', async () => {
    const source = new FakeSource();
    const { filter, watch } = watched(source);
    await watch.refresh();
    source.broken = true;
    source.list = { version: 2, words: [] };
    watch.announce(2);
    await vi.waitFor(() => expect(source.reads).toBeGreaterThan(1));
    expect(filter.check('第一版').worst).toBe('block');
    source.broken = false;
    await watch.refresh();
    expect(filter.check('第一版').worst).toBe('none');
  });

  it('notices a version that was never announced by polling', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const source = new FakeSource();
    const { filter, watch } = watched(source);
    await watch.refresh();
    source.list = { version: 2, words: [{ text: '第二版', level: 'block' }] };
    await vi.advanceTimersByTimeAsync(5_000);
    await vi.waitFor(() => expect(watch.version).toBe(2));
    expect(filter.check('第二版').worst).toBe('block');
  });
});

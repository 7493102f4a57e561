import { disposeResources, etcd } from '@doul/runtime';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { WordFilter } from './word-filter.js';
import type { WordEntry } from './word-set.js';
import { WORDS_VERSION_KEY, WordWatch, watchAnnouncements } from './word-watch.js';

// The key of a system that uses the same etcd is left alone.
process.env['ETCD_NAMESPACE'] = `doul-t${process.pid}`;

afterAll(() => disposeResources());

it('has a changed list in use on every instance within a second of its announcement', async () => {
  const client = await etcd();
  const lease = await client.grant(30);
  let version = Date.now();
  let words: WordEntry[] = [{ text: '第一版', level: 'block' }];
  const source = { version: async () => version, read: async () => ({ version, words }) };
  const instances = await Promise.all(
    [1, 2, 3].map(async () => {
      const filter = new WordFilter();
      const watch = new WordWatch(filter, source);
      watch.start();
      return { filter, watch, end: await watchAnnouncements(watch) };
    }),
  );
  await Promise.all(instances.map(({ watch }) => watch.refresh()));
  for (let round = 0; round < 5; round += 1) {
    version += 1;
    words = [{ text: `词汇第${'一二三四五'[round]}轮`, level: 'block' }];
    await client.putLeased(WORDS_VERSION_KEY, String(version), lease);
    const announced = Date.now();
    for (const { filter } of instances) {
      while (filter.check(words[0]?.text ?? '').worst !== 'block') {
        expect(Date.now() - announced).toBeLessThan(1_000);
        await sleep(5);
      }
    }
  }
  for (const { watch, end } of instances) {
    end();
    watch.stop();
  }
  await lease.revoke();
});

import { metrics } from '@doul/runtime';
import { afterAll, expect, it, vi } from 'vitest';
import { caged, inspectCage } from './tool-cage.js';

const { warn } = vi.hoisted(() => ({ warn: vi.fn() }));
vi.mock('@doul/runtime', async (original) => ({ ...(await original<object>()), childLog: () => ({ warn }) }));
afterAll(() => {
  vi.unstubAllEnvs();
});

it('says once what does not limit tools where the programs for it are missing', async () => {
  vi.stubEnv('PATH', '/nowhere');
  inspectCage();
  inspectCage();
  expect(caged('ffmpeg', ['-version'], { ms: 1_000, bytes: 1 })).toEqual(['nice', '-n', '10', '--', 'ffmpeg', '-version']);
  expect(warn.mock.calls.map(([fields]) => fields as unknown)).toEqual([{ limit: 'network' }, { limit: 'resources' }, { limit: 'parent' }]);
  const { values } = await metrics.gauge('doul_media_cage', '').get();
  expect(values.map(({ labels, value }) => [labels['limit'], value])).toEqual([
    ['network', 0],
    ['resources', 0],
    ['parent', 0],
  ]);
});

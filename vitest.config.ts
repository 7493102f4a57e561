import { resolve } from 'node:path';
import swc from 'unplugin-swc';
import { defineConfig } from 'vitest/config';

const libs = ['contracts', 'runtime', 'rpc', 'http', 'data', 'events', 'storage', 'text', 'cards', 'testing'];

/** Unit specs need no server; the other suites read the servers' addresses from the environment (`./doul test` sets them). */
const suites: Record<string, string[]> = {
  unit: ['{apps,clients,libs,tools}/**/*.spec.{ts,js}'],
  media: ['{apps,clients,libs,tools}/**/*.media-spec.ts'],
  db: ['{apps,clients,libs,tools}/**/*.{db,race}-spec.ts'],
  e2e: ['{apps,clients,libs,tools}/**/*.e2e-spec.ts'],
  chaos: ['{apps,clients,libs,tools}/**/*.chaos-spec.ts'],
};

export default defineConfig({
  plugins: [swc.vite({ module: { type: 'es6' } })],
  resolve: {
    alias: Object.fromEntries(libs.map((lib) => [`@doul/${lib}`, resolve(import.meta.dirname, `libs/${lib}/index.ts`)])),
  },
  test: {
    include: suites[process.env['SUITE'] ?? ''] ?? Object.values(suites).flat(),
    exclude: ['**/node_modules/**', '**/dist/**', '**/.doul/**'],
    pool: 'forks',
    fileParallelism: process.env['SUITE'] === 'unit',
    maxWorkers: 2,
    // Of tests that say they may run at a time: encoders keep two cores busy.
    maxConcurrency: 2,
    testTimeout: 30_000,
    hookTimeout: 120_000,
  },
});

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ask } from './control.js';
import { applicationEnv } from './environment.js';
import { build, installPackages } from './fresh.js';
import { folder, readJson, ROOT } from './layout.js';
import { takeDown } from './lifecycle.js';
import { locked } from './lock.js';
import { installBrowser } from './packages.js';
import { loadProfile, saveRun } from './profile.js';
import { runBeside, runShown } from './run.js';
import { sum, tallyOf } from './tally.js';
import { bold, Problem, red, say, seconds, step } from './ui.js';
import { layersUp, serversUp } from './up.js';

/** What the whole of it may take on two cores, in ms; a machine that shares them with others may need longer, and is told. */
const BUDGET_MS = 20 * 60_000;
/** Whatever hangs is cut then, in ms, and counts as failed. */
const LIMIT_MS = 40 * 60_000;
const PROFILE = 'test';
const REPORTER = join(ROOT, 'tools/launcher/tally-reporter.js');

export const SUITES = ['check', 'unit', 'media', 'db', 'e2e', 'chaos'];
/** What each suite stands on. `e2e` passes in both shapes of the system. */
const NEEDS_LAYERS = ['e2e', 'chaos'];
const NEEDS_SERVERS = ['db', ...NEEDS_LAYERS];

/** @typedef {{ name: string, tally: import('./tally.js').Tally, ms: number }} Result */

class TestRun {
  /** @type {Result[]} */
  results = [];
  startedAt = Date.now();
  signal = AbortSignal.timeout(LIMIT_MS);

  /**
   * @param {import('./profile.js').Profile} profile
   * @param {string[]} filters
   */
  constructor(profile, filters) {
    this.profile = profile;
    this.filters = filters;
  }

  /** @param {string} name @param {() => Promise<import('./tally.js').Tally>} work */
  async measure(name, work, beside = false) {
    if (!beside) say(bold(`\n── ${name}`));
    const before = Date.now();
    const tally = this.signal.aborted ? { passed: 0, failures: ['not run'] } : await work();
    this.results.push({ name, tally, ms: Date.now() - before });
  }

  check() {
    return this.measure('check', async () => {
      const code = await runShown('npm', ['run', '--silent', 'check'], { signal: this.signal });
      return code === 0 ? { passed: 1, failures: [] } : tallyOf(undefined, code);
    });
  }

  /**
   * @param {string} suite
   * @param {string} [title]
   * @param {Promise<unknown>} [other] the suite that has the terminal meanwhile
   */
  vitest(suite, title = suite, other = undefined) {
    const work = async () => {
      const report = join(folder(this.profile.dir), `${title.replace(/\W+/g, '-')}.json`);
      rmSync(report, { force: true });
      const args = ['run', ...this.filters, '--passWithNoTests', '--reporter=default', `--reporter=${REPORTER}`];
      // What the code under test logs is read when a test fails, and then the layers' own logs say more.
      const env = {
        ...applicationEnv(this.profile),
        SUITE: suite,
        TALLY_FILE: report,
        DOUL_SHAPE: this.profile.run.mode,
        LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
      };
      const command = [join(ROOT, 'node_modules/vitest/vitest.mjs'), ...args];
      const { signal } = this;
      const before = async () => {
        await other;
        say(bold(`\n── ${title}`));
      };
      const code = await (other
        ? runBeside(process.execPath, command, { env, signal, before })
        : runShown(process.execPath, command, { env, signal }));
      return tallyOf(readJson(report, undefined), code);
    };
    return this.measure(title, work, other !== undefined);
  }

  async servers() {
    const { profile, search } = await serversUp(PROFILE, 'servers-only');
    this.profile = profile;
    await search;
  }

  /** @param {import('./profile.js').Mode} mode */
  async shape(mode) {
    saveRun(this.profile, { ...this.profile.run, mode });
    await layersUp(this.profile, false);
  }

  /** @param {string[]} suites */
  async run(suites) {
    if (suites.includes('check')) await this.check();
    if (suites.includes('unit')) await this.vitest('unit');
    // The corpus needs the processor and no server; the other one mostly waits for servers.
    const db = suites.includes('db') ? this.vitest('db') : undefined;
    if (suites.includes('media')) await this.vitest('media', 'media', db);
    await db;
    if (!NEEDS_LAYERS.some((suite) => suites.includes(suite))) return;
    await this.shape('production-shape');
    if (suites.includes('e2e')) await step('browser', installBrowser);
    if (suites.includes('e2e')) await this.vitest('e2e', 'e2e, every layer its own process');
    if (suites.includes('chaos')) await this.vitest('chaos');
    if (!suites.includes('e2e')) return;
    await this.shape('all-in-one');
    await this.vitest('e2e', 'e2e, all layers in one process');
  }

  /** @returns {number} the exit code */
  report() {
    say();
    for (const { name, tally } of this.results) for (const failure of tally.failures) say(`${red('✗')} ${name}: ${failure}`);
    for (const { name, tally, ms } of this.results)
      say(`  ${name.padEnd(36)} ${tally.passed} passed, ${tally.failures.length} failed  ${seconds(ms)}`);
    if (Date.now() - this.startedAt > BUDGET_MS) say(`  more than the ${seconds(BUDGET_MS)} that two cores of their own need`);
    if (this.signal.aborted) say(red(`  cut after ${seconds(LIMIT_MS)}`));
    const { passed, failed } = sum(this.results.map(({ tally }) => tally));
    say();
    say(`${passed} passed, ${failed} failed`);
    return failed === 0 && passed > 0 ? 0 : 1;
  }
}

/** A run that is interrupted leaves nothing behind either. */
function stopOnSignal() {
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
    process.once(signal, () => {
      void takeDown(PROFILE).finally(() => process.exit(130));
    });
  }
}

/**
 * Runs suites against servers of their own.
 * @param {string[]} words names of suites, then filters for vitest; nothing = all suites
 * @returns {Promise<number>}
 */
export async function test(words) {
  const chosen = words.filter((word) => SUITES.includes(word));
  const filters = words.filter((word) => !SUITES.includes(word));
  if (words.length > 0 && chosen.length === 0) throw new Problem(`there is no suite ${words[0]}; there are: ${SUITES.join(', ')}`);
  const suites = chosen.length > 0 ? chosen : SUITES;
  const { dir } = await loadProfile(PROFILE);
  return locked(dir, async () => {
    const wasUp = (await ask(dir, { command: 'status' })) !== undefined;
    if (!wasUp)
      for (const data of ['mysql', 'redis', 'etcd', 'rabbitmq', 'elasticsearch', 'oss'])
        rmSync(join(dir, data), { recursive: true, force: true });
    stopOnSignal();
    const run = new TestRun(await loadProfile(PROFILE), filters);
    try {
      if (suites.some((suite) => NEEDS_SERVERS.includes(suite))) await run.servers();
      else {
        await step('npm packages', installPackages);
        await step('build', build);
      }
      await run.run(suites);
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      process.stderr.write(`${red(failure)}\n`);
      run.results.push({ name: 'set-up', tally: { passed: 0, failures: [failure] }, ms: 0 });
    } finally {
      if (!wasUp) await takeDown(PROFILE);
    }
    return run.report();
  });
}

import { countCrash, pauseAfter } from './backoff.js';
import { Instance } from './instance.js';
import { signalGroup } from './procs.js';

/** @typedef {'stopped' | 'starting' | 'ready' | 'waiting' | 'stopping'} State  `waiting`: for its next start after a crash */

/** A start that crashes this often in a row has failed, though it is still tried further. */
const HOPELESS = 4;

/** One program that is kept running. */
export class Unit {
  /** @type {State} */
  state = 'stopped';
  wanted = false;
  restarts = 0;
  crashes = 0;
  /** @type {Instance | undefined} */
  current;
  /** @type {import('./instance.js').Exit | undefined} */
  lastExit;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /**
   * @param {import('./servers/spec.js').Spec} spec
   * @param {string} dir
   * @param {Record<string, string>} mark
   * @param {() => void} changed
   */
  constructor(spec, dir, mark, changed) {
    this.spec = spec;
    this.dir = dir;
    this.mark = mark;
    this.changed = changed;
  }

  /** @param {State} state */
  #become(state) {
    this.state = state;
    this.changed();
  }

  #launch() {
    const instance = new Instance(this.spec, this.dir, this.mark);
    void instance.exited.then((exit) => this.#ended(instance, exit));
    return instance;
  }

  /** @param {Instance} instance @param {import('./instance.js').Exit} exit */
  #ended(instance, exit) {
    if (instance !== this.current) return;
    this.lastExit = exit;
    this.current = undefined;
    if (!this.wanted || instance.retired) return;
    this.crashes = countCrash(this.crashes, instance.readyAt === 0 ? 0 : exit.at - instance.readyAt);
    this.#become('waiting');
    this.#timer = setTimeout(
      () => {
        this.restarts += 1;
        void this.#run();
      },
      pauseAfter(this.crashes - 1),
    );
  }

  /** @returns {Promise<boolean>} */
  async #run() {
    this.#become('starting');
    try {
      await this.spec.prepare?.();
    } catch (error) {
      process.stderr.write(`${this.spec.name}: ${error instanceof Error ? error.message : String(error)}\n`);
      this.wanted = false;
      this.lastExit = { code: 1, signal: null, at: Date.now() };
      this.#become('stopped');
      return false;
    }
    if (!this.wanted) return false;
    const instance = this.#launch();
    this.current = instance;
    this.changed();
    const ready = await instance.waitReady();
    if (ready && instance === this.current && this.wanted) this.#become('ready');
    else if (!instance.exit && instance === this.current && this.wanted) signalGroup(instance.pid, 'SIGKILL');
    return ready;
  }

  /**
   * Starts it and waits until it is ready.
   * @returns {Promise<boolean>} false when it gave up or crashed again and again
   */
  async start() {
    if (this.wanted && this.state === 'ready') return true;
    if (!this.wanted) {
      this.wanted = true;
      this.crashes = 0;
      void this.#run();
    }
    for (;;) {
      if (this.#is('ready')) return true;
      if (!this.wanted || this.crashes >= HOPELESS) return false;
      await new Promise((done) => setTimeout(done, 30));
    }
  }

  /** @param {State} state */
  #is(state) {
    return this.state === state;
  }

  async stop() {
    this.wanted = false;
    clearTimeout(this.#timer);
    if (this.current) {
      this.#become('stopping');
      await this.current.stop();
    }
    await this.spec.afterStop?.();
    this.#become('stopped');
  }

  /**
   * Replaces a layer without a gap: the new process is ready and registered before the old one is told to stop.
   * @returns {Promise<boolean>} false when the new one did not become ready; the old one then stays
   */
  async roll() {
    const old = this.current;
    if (this.spec.kind !== 'layer' || !old || this.state !== 'ready') {
      await this.stop();
      return this.start();
    }
    const next = this.#launch();
    if (!(await next.waitReady())) {
      await next.stop();
      return false;
    }
    // The old one may have crashed meanwhile, and a restart of it may be due or under way.
    clearTimeout(this.#timer);
    const replaced = this.current ?? old;
    this.current = next;
    this.#become('ready');
    await replaced.stop();
    this.lastExit = replaced.exit;
    return true;
  }

  /**
   * Sends a signal to the program and its children, for tests of failures; a deadly one is seen to have worked.
   * @param {NodeJS.Signals} signal
   */
  async kill(signal) {
    const target = this.current;
    if (!target || !signalGroup(target.pid, signal)) return false;
    if (signal === 'SIGKILL') await target.exited;
    return true;
  }
}

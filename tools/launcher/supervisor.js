import { join } from 'node:path';
import { serveControl } from './control.js';
import { writeJson } from './layout.js';
import { allProcesses, groupMemory, marks } from './procs.js';
import { plan } from './plan.js';
import { loadProfile } from './profile.js';
import { Unit } from './unit.js';

/**
 * @typedef {{ name: string, kind: string, state: string, wanted: boolean, restarts: number, pid?: number, upMs?: number, memory?: number,
 *   port?: number, admin?: number, lastExit?: import('./instance.js').Exit }} Row
 */

/** Keeps the processes of one profile running. Everything it does, a command over its socket asked for. */
class Supervisor {
  /** @type {Map<string, Unit>} */
  units = new Map();

  /** @param {import('./profile.js').Profile} profile */
  constructor(profile) {
    this.profile = profile;
    this.registry = plan(profile).registry;
  }

  /** Takes up what the present mode adds and stops what it leaves out; the rest keeps running as it was started. */
  async refresh() {
    this.profile = await loadProfile(this.profile.name);
    const { specs, registry } = plan(this.profile);
    this.registry = registry;
    for (const spec of specs) {
      const unit = this.units.get(spec.name);
      if (!unit) this.units.set(spec.name, new Unit(spec, this.profile.dir, marks(this.profile.name), () => this.save()));
      else unit.spec = spec;
    }
    const planned = new Set(specs.map((spec) => spec.name));
    const left = [...this.units.values()].filter(({ spec }) => !planned.has(spec.name));
    await this.stop(left);
    for (const { spec } of left) this.units.delete(spec.name);
  }

  /** For a `down` that finds no supervisor. */
  save() {
    const pids = [...this.units.values()].flatMap(({ spec, current }) =>
      current ? [{ name: spec.name, kind: spec.kind, pid: current.pid, started: current.started }] : [],
    );
    writeJson(join(this.profile.dir, 'pids.json'), pids);
  }

  /** @param {string[] | undefined} names */
  chosen(names) {
    if (names?.length === 0) return [];
    const unknown = (names ?? []).filter((name) => !this.units.has(name));
    if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')}; known: ${[...this.units.keys()].join(', ')}`);
    return [...this.units.values()].filter(({ spec }) => names === undefined || names.includes(spec.name));
  }

  /**
   * Starts units in parallel, each after those it needs.
   * @param {Unit[]} units
   * @param {(answer: import('./control.js').Answer) => void} tell
   * @returns {Promise<import('./control.js').Answer>}
   */
  async start(units, tell) {
    /** @type {Map<string, Promise<boolean>>} */
    const starting = new Map();
    /** @type {(unit: Unit) => Promise<boolean>} */
    const start = (unit) => {
      const known = starting.get(unit.spec.name);
      if (known) return known;
      const work = (async () => {
        const needs = units.filter((other) => unit.spec.needs.includes(other.spec.name));
        const before = Date.now();
        const ok = (await Promise.all(needs.map(start))).every(Boolean) && (await unit.start());
        tell({ unit: unit.spec.name, ready: ok, ms: Date.now() - before });
        return ok;
      })();
      starting.set(unit.spec.name, work);
      return work;
    };
    const all = await Promise.all(units.map(async (unit) => ({ name: unit.spec.name, ok: await start(unit) })));
    const failed = all.filter(({ ok }) => !ok).map(({ name }) => name);
    return failed.length === 0 ? { ok: true } : { ok: false, error: `not ready: ${failed.join(', ')}`, failed };
  }

  /** Layers first, then nginx and the rest, so that nobody loses what it stands on. @param {Unit[]} units */
  async stop(units) {
    const front = units.filter(({ spec }) => spec.name === 'nginx');
    const layers = units.filter(({ spec }) => spec.kind === 'layer');
    const servers = units.filter((unit) => !front.includes(unit) && !layers.includes(unit));
    for (const wave of [front, layers, servers]) await Promise.all(wave.map((unit) => unit.stop()));
  }

  /** @param {Unit[]} units @param {(answer: import('./control.js').Answer) => void} tell */
  async restart(units, tell) {
    for (const unit of units) {
      const before = Date.now();
      const ok = await unit.roll();
      tell({ unit: unit.spec.name, ready: ok, ms: Date.now() - before });
      if (!ok) return { ok: false, error: `the new ${unit.spec.name} did not become ready; see: ./doul logs ${unit.spec.name}` };
    }
    return { ok: true };
  }

  async status() {
    const processes = allProcesses();
    const entries = await this.registry.entries();
    return [...this.units.values()].map(({ spec, state, restarts, current, lastExit, wanted }) => ({
      name: spec.name,
      kind: spec.kind,
      state,
      wanted,
      restarts,
      pid: current?.pid,
      upMs: current && state === 'ready' ? Date.now() - current.readyAt : undefined,
      memory: current ? groupMemory(current.pid, processes) : undefined,
      port: spec.port ?? entries.find((entry) => entry.pid === current?.pid && entry.port)?.port,
      admin: entries.find((entry) => entry.pid === current?.pid)?.admin,
      lastExit,
    }));
  }

  /**
   * @param {import('./control.js').Request} request
   * @param {(answer: import('./control.js').Answer) => void} tell
   * @returns {Promise<import('./control.js').Answer>}
   */
  async handle({ command, names, signal }, tell) {
    if (command === 'status') return { mode: this.profile.run.mode, units: await this.status() };
    if (command === 'start') {
      await this.refresh();
      return this.start(this.chosen(names), tell);
    }
    if (command === 'stop') await this.stop(this.chosen(names));
    else if (command === 'restart') return this.restart(this.chosen(names), tell);
    else if (command === 'kill') {
      const done = await Promise.all(this.chosen(names).map((unit) => unit.kill(/** @type {NodeJS.Signals} */ (signal ?? 'SIGKILL'))));
      if (done.includes(false)) throw new Error('it does not run');
    } else if (command === 'shutdown') {
      await this.stop([...this.units.values()]);
      setTimeout(() => process.exit(0), 50);
    } else throw new Error(`unknown command ${command}`);
    return {};
  }
}

/** The daemon that `up` starts. @param {string} name */
export async function supervise(name) {
  const supervisor = new Supervisor(await loadProfile(name));
  await supervisor.refresh();
  const server = await serveControl(supervisor.profile.dir, (request, tell) => supervisor.handle(request, tell));
  const end = () => {
    server.close();
    void supervisor.handle({ command: 'shutdown' }, () => undefined);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGHUP', () => undefined);
}

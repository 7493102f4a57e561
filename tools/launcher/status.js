import { ask } from './control.js';
import { isAlive, processesOf } from './procs.js';
import { loadProfile } from './profile.js';
import { bold, duration, mebibytes, red, say, table } from './ui.js';

/** @param {import('./instance.js').Exit | undefined} exit */
const exitText = (exit) => (exit ? `${exit.signal ?? `code ${exit.code}`}, ${duration(Date.now() - exit.at)} ago` : '');

/** @param {import('./supervisor.js').Row} row */
const cells = ({ name, state, pid, port, restarts, upMs, memory, lastExit }) => [
  name,
  state,
  pid ? String(pid) : '-',
  port ? String(port) : '-',
  String(restarts),
  upMs === undefined ? '-' : duration(upMs),
  memory ? mebibytes(memory) : '-',
  exitText(lastExit),
];

/**
 * @param {string} name
 * @param {boolean} asJson
 * @returns {Promise<number>} 0 when all that should run is ready
 */
export async function status(name, asJson) {
  const { dir } = await loadProfile(name);
  const answer = await ask(dir, { command: 'status' });
  const rows = /** @type {import('./supervisor.js').Row[]} */ (answer?.['units'] ?? []);
  if (asJson) {
    say(JSON.stringify(rows));
    return answer ? 0 : 1;
  }
  if (!answer) {
    const left = processesOf(name, dir).filter(({ pid }) => isAlive(pid));
    say(
      left.length === 0
        ? 'nothing runs; start it with: ./doul up'
        : red(`${left.length} processes run without a supervisor; end them with: ./doul down`),
    );
    return 1;
  }
  const memory = rows.reduce((sum, row) => sum + (row.memory ?? 0), 0);
  say(bold(`profile ${name}, ${String(answer['mode'])}, ${mebibytes(memory)}`));
  say(table([['NAME', 'STATE', 'PID', 'PORT', 'RESTARTS', 'UPTIME', 'MEMORY', 'LAST EXIT'], ...rows.map(cells)]));
  const bad = rows.filter((row) => row.wanted && row.state !== 'ready').map((row) => row.name);
  if (bad.length > 0) say(red(`not ready: ${bad.join(', ')}; see: ./doul logs ${bad[0]}`));
  return bad.length > 0 ? 1 : 0;
}

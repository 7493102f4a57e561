import { readFileSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';

/** Linux counts CPU time in ticks of 10 ms (sysconf _SC_CLK_TCK = 100 on every common platform). */
const TICK_MS = 10;

export interface ProcessUse {
  name: string;
  cpuMs: number;
  rssMb: number;
}

interface Found {
  pid: number;
  name: string;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** `video-rpc` for a layer, the program's name for a server. */
function nameOf(pid: number): string {
  const args = read(`/proc/${pid}/cmdline`).split('\0');
  const script = args.find((arg) => arg.endsWith('.js'));
  const layer = /apps\/(\w+)\/(\w+)\/main\.js$/.exec(script ?? '');
  if (layer) return `${layer[1] ?? ''}-${layer[2] ?? ''}`;
  if (script?.includes('oss-server')) return 'oss';
  if (script?.includes('gateway')) return 'gateway';
  if (script?.endsWith('apps/main.js')) return 'all-in-one';
  return read(`/proc/${pid}/comm`).trim() || basename(args[0] ?? '?');
}

const parentOf = (pid: number): number => Number(read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ')[1] ?? 0);

/**
 * Processes of the system under test: those that carry its checkout and profile in their environment, and their children,
 * since nginx clears its own.
 */
export function systemProcesses(root: string): Found[] {
  const pids = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => pid !== process.pid && pid !== process.ppid);
  const marks = [`DOUL_ROOT=${root}`, `DOUL_PROFILE=${process.env['DOUL_PROFILE'] ?? 'dev'}`];
  const marked = pids.filter((pid) => {
    const environment = read(`/proc/${pid}/environ`).split('\0');
    return marks.every((mark) => environment.includes(mark));
  });
  const ours = new Set(marked);
  // A child may have children of its own: nginx's workers belong to its master, which belongs to the supervisor.
  for (let before = 0; before !== ours.size;) {
    before = ours.size;
    for (const pid of pids) if (ours.has(parentOf(pid))) ours.add(pid);
  }
  return [...ours].map((pid) => ({ pid, name: nameOf(pid) })).filter(({ name }) => name !== 'node' && name !== 'sh');
}

function cpuMs(pid: number): number {
  const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS;
}

const rssMb = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

/** Measures what each process uses between now and the call of the returned function; instances of one name are summed. */
export function startMeasuring(root: string): () => ProcessUse[] {
  const before = systemProcesses(root).map((found) => ({ ...found, cpu: cpuMs(found.pid) }));
  return () => {
    const uses = new Map<string, ProcessUse>();
    for (const { pid, name, cpu } of before) {
      const use = uses.get(name) ?? { name, cpuMs: 0, rssMb: 0 };
      uses.set(name, { name, cpuMs: use.cpuMs + Math.max(0, cpuMs(pid) - cpu), rssMb: use.rssMb + rssMb(pid) });
    }
    return [...uses.values()].sort((a, b) => b.cpuMs - a.cpuMs);
  };
}

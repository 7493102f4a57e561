import { cpuUs, nameOf, type Row } from './row.js';

const WIDTH = 900;
const LABEL = 190;
const BAR = 20;
const GAP = 10;
const TOP = 64;
/** Room for the figures on the right. */
const PLOT = WIDTH - LABEL - 240;

/** Colours that differ in brightness too, and what is told in each. */
const COLOURS: Record<string, string> = {
  nginx: '#8a8a8a',
  'API layers': '#1f6feb',
  'RPC layers': '#57a773',
  workers: '#e0a030',
  servers: '#b5526a',
  rate: '#1f6feb',
  limit: '#d9d9d9',
};

/** A process's part in the chart. */
export function groupOf(process: string): string {
  if (process === 'nginx') return 'nginx';
  if (process.endsWith('-api') || process === 'all-in-one') return 'API layers';
  if (process.endsWith('-rpc')) return 'RPC layers';
  return process.endsWith('-worker') ? 'workers' : 'servers';
}

const escaped = (text: string): string => text.replace(/[&<>]/g, (found) => ({ '&': '&amp;', '<': '&lt;' })[found] ?? '&gt;');
const text = (x: number, y: number, content: string, more = ''): string => `<text x="${x}" y="${y}" ${more}>${escaped(content)}</text>`;
const bar = (x: number, y: number, width: number, colour: string): string =>
  `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0, width).toFixed(1)}" height="${BAR}" fill="${COLOURS[colour] ?? '#000'}"/>`;
const lineAt = (at: number, top: number): number => top + at * (BAR + GAP);

function rates(rows: readonly Row[], top: number): string[] {
  const most = Math.max(1, ...rows.map((row) => Math.max(row.requestsPerSecond, row.staticPerSecond ?? 0)));
  const scale = (value: number): number => (value / most) * PLOT;
  return rows.flatMap((row, at) => {
    const y = lineAt(at, top);
    const ratio = row.staticPerSecond ? `, ${(row.requestsPerSecond / row.staticPerSecond).toFixed(2)} × static` : '';
    const figure = `${Math.round(row.requestsPerSecond).toLocaleString('en')}/s, p99 ${row.p99Ms.toFixed(0)} ms${ratio}`;
    const end = Math.max(scale(row.requestsPerSecond), scale(row.staticPerSecond ?? 0));
    return [
      text(LABEL - 8, y + 15, nameOf(row), 'text-anchor="end"'),
      row.staticPerSecond ? bar(LABEL, y, scale(row.staticPerSecond), 'limit') : '',
      bar(LABEL, y, scale(row.requestsPerSecond), 'rate'),
      text(LABEL + end + 6, y + 15, figure, 'class="figure"'),
    ];
  });
}

/** CPU per request, as lengths in the order of the colours. */
export function stack(row: Row): [group: string, us: number][] {
  const sums = new Map<string, number>();
  for (const { name, cpuUs: us } of row.processes) sums.set(groupOf(name), (sums.get(groupOf(name)) ?? 0) + us);
  return Object.keys(COLOURS).flatMap((group): [string, number][] => (sums.has(group) ? [[group, sums.get(group) ?? 0]] : []));
}

function costs(rows: readonly Row[], top: number): string[] {
  const most = Math.max(1, ...rows.map(cpuUs));
  return rows.flatMap((row, at) => {
    const y = lineAt(at, top);
    let x = LABEL;
    const parts = stack(row).map(([group, us]) => {
      const width = (us / most) * PLOT;
      x += width;
      return bar(x - width, y, width, group);
    });
    const figure = text(x + 6, y + 15, `${Math.round(cpuUs(row)).toLocaleString('en')} µs`, 'class="figure"');
    return [text(LABEL - 8, y + 15, nameOf(row), 'text-anchor="end"'), ...parts, figure];
  });
}

function legend(entries: readonly [colour: string, label: string][], y: number): string[] {
  return entries.flatMap(([colour, label], at) => [
    `<rect x="${LABEL + at * 130}" y="${y - 10}" width="12" height="12" fill="${COLOURS[colour] ?? '#000'}"/>`,
    text(LABEL + at * 130 + 18, y, label),
  ]);
}

/** Peaks beside what nginx serves statically, and below them the CPU cost of a request. @returns an SVG document */
export function chart(rows: readonly Row[]): string {
  // Other sizes are told in the table: their bars would only repeat these.
  const peaks = rows.filter((row) => row.loop === 'closed' && row.size === 'default' && row.scenario !== 'static');
  // Password hashes and uploads cost a thousand times a page and would leave nothing to be seen of it.
  const cheap = peaks.filter((row) => row.processes.length > 0 && cpuUs(row) < 5_000);
  const second = lineAt(peaks.length, TOP) + 70;
  const height = cheap.length > 0 ? lineAt(cheap.length, second) + 10 : second - 60;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}">`,
    '<style>text { font: 13px sans-serif; fill: #222 } .title { font-weight: bold; font-size: 15px } .figure { fill: #555 }</style>',
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    text(LABEL, 22, 'Requests per second at the peak', 'class="title"'),
    ...legend(
      [
        ['rate', 'doul'],
        ['limit', 'nginx serving a file of the same bytes'],
      ],
      46,
    ),
    ...rates(peaks, TOP),
    ...(cheap.length === 0
      ? []
      : [
          text(LABEL, second - 42, 'CPU time per request, all processes', 'class="title"'),
          ...legend(
            ['nginx', 'API layers', 'RPC layers', 'workers', 'servers'].map((group) => [group, group]),
            second - 18,
          ),
          ...costs(cheap, second),
        ]),
    '</svg>\n',
  ].join('\n');
}

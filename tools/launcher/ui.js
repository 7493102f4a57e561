const terminal = process.stdout.isTTY === true;
const paint = (/** @type {string} */ code, /** @type {string} */ text) =>
  terminal && !process.env['NO_COLOR'] ? `\x1b[${code}m${text}\x1b[0m` : text;

export const green = (/** @type {string} */ text) => paint('32', text);
export const red = (/** @type {string} */ text) => paint('31', text);
export const dim = (/** @type {string} */ text) => paint('2', text);
export const bold = (/** @type {string} */ text) => paint('1', text);

/** A failure whose text is all that a person needs. */
export class Problem extends Error {}

/** @param {string} [text] */
export const say = (text = '') => void process.stdout.write(`${text}\n`);

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1_000).toFixed(1)} s`;

/** @param {number} ms */
export function duration(ms) {
  const all = Math.floor(ms / 1_000);
  if (all < 60) return `${all} s`;
  if (all < 3_600) return `${Math.floor(all / 60)} min ${all % 60} s`;
  return `${Math.floor(all / 3_600)} h ${Math.floor((all % 3_600) / 60)} min`;
}

/** @param {number} bytes */
export const mebibytes = (bytes) => `${Math.round(bytes / 1_048_576)} MiB`;

/**
 * Shows a step with its time; what the work returns, if anything, is shown beside it.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const before = Date.now();
  if (terminal) process.stdout.write(dim(`  … ${title}`));
  const end = (/** @type {string} */ mark, /** @type {string} */ note) =>
    say(
      `${terminal ? '\r\x1b[2K' : ''}${mark} ${title.padEnd(34)} ${seconds(Date.now() - before).padStart(7)}${note ? dim(`  ${note}`) : ''}`,
    );
  try {
    const result = await work();
    end(green('✓'), typeof result === 'string' ? result : '');
    return result;
  } catch (error) {
    end(red('✗'), '');
    throw error;
  }
}

/**
 * Columns with as little space as they need.
 * @param {string[][]} rows
 */
export function table(rows) {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

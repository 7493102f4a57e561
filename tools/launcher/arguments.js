import { Problem } from './ui.js';

/** @typedef {{ words: string[], flags: Set<string>, values: Record<string, string> }} Arguments */

/**
 * Splits a command line. A flag that the command does not know is refused, so that a slip of the pen does nothing.
 * @param {string[]} args
 * @param {{ flags?: string[], values?: string[] }} known
 * @returns {Arguments}
 */
export function parseArguments(args, { flags = [], values = [] }) {
  /** @type {Arguments} */
  const found = { words: [], flags: new Set(), values: {} };
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    const [name = '', inline] = arg.split(/=(.*)/s);
    if (values.includes(name)) {
      const value = inline ?? args[(at += 1)];
      if (value === undefined) throw new Problem(`${name} needs a value`);
      found.values[name] = value;
    } else if (flags.includes(arg)) found.flags.add(arg);
    else if (arg.startsWith('-') && arg !== '-') throw new Problem(`unknown option ${arg}`);
    else found.words.push(arg);
  }
  return found;
}

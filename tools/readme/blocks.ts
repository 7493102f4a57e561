/** The shell blocks of a Markdown text, in order. */
export const shellBlocks = (markdown: string): string[] =>
  [...markdown.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);

/** The `./doul …` commands that the text mentions in passing, without repetitions. */
export const mentionedCommands = (markdown: string): string[] => {
  const prose = markdown.replace(/^```[\s\S]*?^```$/gm, '');
  return [...new Set([...prose.matchAll(/`\.\/doul ([^`]+)`/g)].map(([, command = '']) => command))];
};

/** The commands of a block: its lines without comments, and without those that are empty. */
export const commandLines = (block: string): string[] =>
  block
    .split('\n')
    .map((line) => line.replace(/(^|\s)#\s.*$/, '').trim())
    .filter((line) => line !== '');

/**
 * Commands that would start, stop or test the system that the test itself runs in. A whole run of `./doul test` proves them: it brings the
 * system up and down and has suites called `check` and `unit`. What is left to prove from inside is that they exist as they are written.
 */
const STAND_INS: readonly [RegExp, string][] = [
  [/^\.\/doul (up|down|test)\b.*$/, './doul $1 --help'],
  [/^npm run check$/, 'npm run check -- proto'],
];

/** A line as it can be run within a running system. */
export const withinTheSystem = (line: string): string => STAND_INS.reduce((text, [from, to]) => text.replace(from, to), line);

/** A script of a block that stops at its first failure, those in the middle of a pipe and of substitutions included. */
export const scriptOf = (block: string): string => ['set -euo pipefail', ...commandLines(block).map(withinTheSystem)].join('\n');

/** The JSON answers among the lines that a script printed. */
export const answersIn = (output: string): { status_code?: number }[] =>
  output
    .replaceAll('}{', '}\n{')
    .split('\n')
    .flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as { status_code?: number }] : []));

import { WordServiceDefinition, type Word } from '@doul/contracts';
import { rpcClient } from '@doul/rpc';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { UsageError, print, type Command } from './command.js';
import { levelName, levelOf, parseWords } from './word-file.js';

/** Words of one call: keeps a message and a transaction small. */
const BATCH = 1_000;

const service = () => rpcClient(WordServiceDefinition);

async function list(): Promise<void> {
  for (let cursor = '', first = true; first || cursor !== ''; first = false) {
    const page = await service().listWords({ cursor, limit: BATCH });
    if (first) print(`# version ${page.version}`);
    for (const { text, level } of page.words) print(`${levelName(level)}\t${text}`);
    cursor = page.nextCursor;
  }
}

async function add(words: readonly Word[]): Promise<void> {
  if (words.length === 0) throw new UsageError('there are no words');
  let version = 0;
  for (let at = 0; at < words.length; at += BATCH) ({ version } = await service().addWords({ words: words.slice(at, at + BATCH) }));
  print(`${words.length} added, version ${version}; in use everywhere within a second`);
}

async function remove(texts: string[]): Promise<void> {
  if (texts.length === 0) throw new UsageError('there are no words');
  const { version } = await service().removeWords({ texts });
  print(`removed, version ${version}; in use everywhere within a second`);
}

export const words: Command = {
  help: `Usage: ./doul words                              the lists of the word filter, as level<tab>word
       ./doul words add LEVEL WORD...            adds words, or changes their level
       ./doul words remove WORD...
       ./doul words import FILE [--level LEVEL]  adds the lines of a file: level<tab>word, or words alone with --level; - = standard input
Levels: block refuses a text, mask shows asterisks, review holds a comment back until somebody has read it, allow excuses an innocent
word that contains a listed one.
`,
  async run(args) {
    const { positionals, values } = parseArgs({ args: [...args], allowPositionals: true, options: { level: { type: 'string' } } });
    const [action, ...rest] = positionals;
    if (action === undefined || action === 'list') return list();
    if (action === 'add') {
      const level = levelOf(rest[0]);
      return add(rest.slice(1).map((text) => ({ text, level })));
    }
    if (action === 'remove') return remove(rest);
    if (action === 'import' && rest[0] !== undefined) {
      const text = await readFile(rest[0] === '-' ? '/dev/stdin' : rest[0], 'utf8');
      return add(parseWords(text, values.level === undefined ? undefined : levelOf(values.level)));
    }
    throw new UsageError(`there is no action ${action}`);
  },
};

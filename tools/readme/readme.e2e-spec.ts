import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newUser } from '@doul/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { root } from '../gen/repository.js';
import { answersIn, commandLines, mentionedCommands, scriptOf, shellBlocks } from './blocks.js';

const run = promisify(execFile);
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = shellBlocks(readme);
/** `npm run check` is the slowest command of the README. */
const BLOCK_MS = 600_000;

const bash = async (script: string): Promise<string> => {
  const { stdout } = await run('bash', ['-c', script], { cwd: root, maxBuffer: 16 << 20, timeout: BLOCK_MS });
  return stdout;
};

describe('README.md', () => {
  beforeAll(async () => {
    const author = await newUser('writer');
    await author.publishes('A cat in the README');
  });

  it('shows commands at all', () => {
    expect(blocks.flatMap(commandLines).length).toBeGreaterThanOrEqual(10);
    expect(blocks.join('\n').match(/curl -/g)?.length).toBeGreaterThanOrEqual(5);
  });

  it.each(blocks.map((block) => [commandLines(block)[0] ?? '', block]))(
    'works as written: %s …',
    async (_, block) => {
      const answers = answersIn(await bash(scriptOf(block)));
      expect(answers.map((answer) => answer.status_code)).toEqual(answers.map(() => 0));
      if (block.includes('curl')) expect(answers.length).toBeGreaterThanOrEqual(3);
    },
    BLOCK_MS,
  );

  it.each(mentionedCommands(readme))('mentions a command that exists: ./doul %s', async (command) => {
    const [name = ''] = command.split(' ');
    expect(await bash(name.startsWith('-') ? `./doul ${name}` : `./doul ${name} --help`)).not.toBe('');
  });
});

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { largeFile, type LargeFile } from '@doul/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../gen/repository.js';
import { answersIn, scriptOf, shellBlocks } from './blocks.js';

const run = promisify(execFile);
const text = readFileSync(join(root, 'docs/uploads.md'), 'utf8');
/** Three parts, the last a short one. */
const FILE_BYTES = 11_000_000;

describe('docs/uploads.md', () => {
  let file: LargeFile;
  beforeAll(async () => {
    file = await largeFile(FILE_BYTES);
  });
  afterAll(() => file.remove());

  it('walks through an upload with nothing but curl', async () => {
    const [block = '', ...more] = shellBlocks(text);
    expect(more).toEqual([]);
    const { stdout } = await run('bash', ['-c', scriptOf(block)], { cwd: root, env: { ...process.env, FILE: file.path } });
    const answers = answersIn(stdout) as Record<string, unknown>[];
    expect(answers.map((answer) => answer['status_code'])).toEqual([0, 0, 0, 0]);
    const [status, list, completed, again] = answers;
    expect(status).toMatchObject({ state: 'open', stored_parts: 1, part_count: 3, parts: [{ number: 3 }] });
    expect(list).toMatchObject({ upload_list: [{ stored_parts: 1 }] });
    expect(completed?.['video_id']).toBeGreaterThan(0);
    expect(again).toEqual(completed);
  });

  it('names every call and every error of its own', async () => {
    const openapi = JSON.parse(readFileSync(join(root, 'openapi.json'), 'utf8')) as { paths: Record<string, unknown> };
    const calls = Object.keys(openapi.paths).filter((path) => path.startsWith('/douyin/publish/upload/'));
    expect(calls).toHaveLength(6);
    for (const path of calls) expect(text).toContain(`…/${path.split('/').at(-2) ?? ''}/\``);
    const errors = readFileSync(join(root, 'docs/reference/errors.md'), 'utf8');
    for (const [code = ''] of errors.matchAll(/1302\d/g)) expect(text).toContain(code);
  });
});

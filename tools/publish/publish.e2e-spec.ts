import { clip, eventually, newUser, publicUrl } from '@doul/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';

const program = resolve(process.env['DOUL_ROOT'] ?? '.', 'dist/tools/publish/main.js');
/** Encoded anew, which takes some seconds. */
const slow = { seconds: 6, width: 720, height: 1280, codec: 'mpeg4' } as const;

it('whoever waits for a video on the command line is told that it was deleted meanwhile', async () => {
  const alice = await newUser('alice');
  const args = [program, await clip(slow), '--title', 'regretted', '--url', publicUrl()];
  const child = spawn(process.execPath, args, { env: { ...process.env, DOUL_TOKEN: alice.token } });
  const said = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  const video = await eventually(async () => {
    const [found] = await alice.videosOf(alice);
    if (!found) throw new Error('it is not uploaded yet');
    return found;
  });
  await alice.deletes(video);
  const [shown, complaint, [code]] = (await said) as [string, string, [number]];
  expect(shown).toContain(`video ${video.id}: `);
  expect(complaint).toBe(`publish: video ${video.id} was deleted before it was published\n`);
  expect(code).toBe(1);
});

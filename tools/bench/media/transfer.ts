import { objectStore } from '@doul/storage';
import { publicUrl } from '@doul/testing';
import { execFile } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { VideoUpload } from '../../../clients/upload/index.js';
import { nodeFile } from '../../../clients/upload/node-file.js';
import { startMeasuring } from '../measure/processes.js';
import { ROOT } from '../root.js';
import type { Author } from './author.js';
import { quiet } from './cores.js';
import { median, type Figure } from './figure.js';

const run = promisify(execFile);
const BLOCK = 8 << 20;
/** Processes of the API; the store and nginx carry the bytes. */
const API = /^(video-api|video-rpc|all-in-one)$/;

/** A file that nothing can compress, with the head of an MP4. */
async function largeFile(path: string, bytes: number): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.size === bytes) return;
  const file = await open(path, 'w');
  const block = Buffer.alloc(BLOCK);
  for (let at = 0; at < bytes; at += BLOCK) {
    randomFillSync(block);
    if (at === 0) block.write('\u0000\u0000\u0000\u0018ftypisom', 'latin1');
    await file.write(block, 0, Math.min(BLOCK, bytes - at));
  }
  await file.close();
}

/** One PUT of the file by curl to a signed address, through the same nginx; s. */
async function plainPut(path: string, run_: number): Promise<number> {
  const key = `originals/bench-${process.pid}-${run_}.mp4`;
  const url = objectStore().signUpload(key, { contentType: 'video/mp4', seconds: 3_600 });
  const start = performance.now();
  await run('curl', ['--silent', '--show-error', '--fail', '--header', 'Content-Type: video/mp4', '--upload-file', path, url]);
  const seconds = (performance.now() - start) / 1_000;
  await objectStore().delete([key]);
  return seconds;
}

/** Uploads through the client in parts against a plain PUT of the same bytes, in turns, and what the API costs meanwhile. */
export async function transfer(author: Author, path: string, bytes: number, runs: number): Promise<Figure[]> {
  await largeFile(path, bytes);
  const file = await nodeFile(path, 'video/mp4');
  const [plain, parts, cpu] = [[] as number[], [] as number[], [] as number[]];
  const put = async (at: number): Promise<void> => {
    // A worker still fetches, hashes and refuses what was uploaded before.
    await quiet();
    plain.push(await plainPut(path, at));
  };
  const send = async (at: number): Promise<void> => {
    await quiet();
    const upload = new VideoUpload(file, { baseUrl: publicUrl(), token: author.token, title: `transfer ${at}` });
    const used = startMeasuring(ROOT);
    const start = performance.now();
    await upload.run();
    parts.push((performance.now() - start) / 1_000);
    cpu.push(used().reduce((sum, { name, cpuMs }) => (API.test(name) ? sum + cpuMs / 1_000 : sum), 0));
  };
  for (let at = 0; at < runs; at += 1) {
    // Neither is always the one that comes to a store which has just worked.
    for (const next of at % 2 === 0 ? [put, send] : [send, put]) await next(at);
  }
  await file.close();
  const mb = bytes / 1e6;
  const ratio = median(plain) / median(parts);
  return [
    { name: `curl PUT of ${(bytes / 2 ** 20).toFixed(0)} MiB`, value: mb / median(plain), unit: 'MB/s' },
    { name: 'client in parts, the same bytes', value: mb / median(parts), unit: 'MB/s' },
    { name: 'client / curl', value: ratio, unit: '×', goal: '≥ 0.8', isReached: ratio >= 0.8 },
    { name: 'CPU of the API per uploaded GB', value: (median(cpu) / bytes) * 1e9, unit: 's' },
  ];
}

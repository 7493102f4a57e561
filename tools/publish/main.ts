import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, extname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VideoUpload, type Progress } from '../../clients/upload/index.js';
import { nodeFile } from '../../clients/upload/node-file.js';
import { Bar, megabytes } from './bar.js';
import { HELP, UsageError, parseOptions, type PublishOptions } from './options.js';

const TYPES: Partial<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.m4v': 'video/mp4',
  '.mov': 'video/quicktime',
  '.webm': 'video/webm',
  '.mkv': 'video/x-matroska',
};
/** How often the state of a video is asked for, in ms. */
const LOOK_MS = 500;
/** The longest that one question takes, in ms. */
const ANSWER_MS = 30_000;

interface Envelope {
  status_code: number;
  status_msg: string;
}

async function ask<T>(method: string, address: string, token = ''): Promise<T & Envelope> {
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(address, { method, headers, signal: AbortSignal.timeout(ANSWER_MS) });
  const answer = (await response.json()) as T & Envelope;
  if (answer.status_code !== 0) throw new Error(answer.status_msg);
  return answer;
}

async function login({ url, user, password }: PublishOptions): Promise<string> {
  const query = new URLSearchParams({ username: user, password });
  return (await ask<{ token: string }>('POST', `${url}/douyin/user/login/?${query.toString()}`)).token;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Shows how the upload goes. */
function show(bar: Bar, { state, sentBytes, totalBytes }: Progress): void {
  const note = `${megabytes(sentBytes)} of ${megabytes(totalBytes)}  ${state === 'uploading' ? bar.rate(sentBytes) : ''}`;
  bar.draw(state, sentBytes, totalBytes, note);
}

interface VideoStatus {
  state: string;
  percent?: number;
  reason?: string;
}

/** Waits until the video has come to its end; what that is. @throws Error when it was deleted meanwhile */
async function processed(bar: Bar, { url }: PublishOptions, token: string, videoId: number): Promise<VideoStatus> {
  for (;;) {
    const status = await ask<VideoStatus>('GET', `${url}/douyin/publish/status/?video_id=${videoId}`, token);
    if (['published', 'rejected', 'failed'].includes(status.state)) return status;
    if (status.state === 'removed') throw new Error(`video ${videoId} was deleted before it was published`);
    bar.draw(status.state, status.percent ?? 0, 100);
    await sleep(LOOK_MS);
  }
}

async function publish(options: PublishOptions): Promise<number> {
  const type = TYPES[extname(options.file).toLowerCase()] ?? 'video/mp4';
  const file = await nodeFile(options.file, type);
  const token = options.token || (await login(options));
  const bar = new Bar(process.stdout);
  const { title, url: baseUrl, parallel, uploadId } = options;
  const told = { title, fileName: basename(options.file), ...(uploadId === '' ? { sha256: await sha256(options.file) } : { uploadId }) };
  const upload = new VideoUpload(file, { baseUrl, token, parallel, ...told, onProgress: (progress) => show(bar, progress) });
  process.once('SIGINT', () => upload.pause());
  const goOn = (): void => bar.end(`go on with: ./doul publish ${options.file} --resume ${upload.progress.uploadId}`);
  const before = Date.now();
  const videoId = await upload.run().catch((error: unknown) => {
    if (upload.progress.uploadId !== '') goOn();
    throw error;
  });
  if (videoId === undefined) {
    goOn();
    return 130;
  }
  const seconds = (Date.now() - before) / 1_000;
  bar.end(`video ${videoId}: ${megabytes(file.size)} sent in ${seconds.toFixed(1)} s (${megabytes(file.size / seconds)}/s)`);
  if (!options.wait) return 0;
  const { state, reason } = await processed(bar, options, token, videoId);
  bar.end(`video ${videoId}: ${state}${reason ? `: ${reason}` : ''}`);
  return state === 'published' ? 0 : 1;
}

async function run(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    return await publish(parseOptions(args, process.env));
  } catch (error) {
    const usage =
      error instanceof UsageError || (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS'));
    process.stderr.write(`publish: ${error instanceof Error ? error.message : String(error)}\n${usage ? `\n${HELP}` : ''}`);
    return usage ? 2 : 1;
  }
}

process.exitCode = await run(process.argv.slice(2));

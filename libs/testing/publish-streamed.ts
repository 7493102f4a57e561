import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { publicUrl, type Answer } from './api-client.js';

const CHUNK = 1 << 20;

export interface Streamed {
  readonly answer: Answer;
  /** When the last byte had been handed to the connection (performance.now()). */
  readonly sentAt: number;
}

/** Publishes a file in one request as an app sends it: a form with its length, read from disk as it goes. */
export async function publishStreamed(path: string, token: string, title: string): Promise<Streamed> {
  const boundary = 'one-shot';
  const field = (name: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const head =
    field('token', token) +
    field('title', title) +
    `--${boundary}\r\nContent-Disposition: form-data; name="data"; filename="a.mp4"\r\nContent-Type: video/mp4\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const length = Buffer.byteLength(head) + (await stat(path)).size + tail.length;
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': length };
  return new Promise((resolve, reject) => {
    let sentAt = Infinity;
    const sending = request(`${publicUrl()}/douyin/publish/action/`, { method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ answer: JSON.parse(Buffer.concat(chunks).toString()) as Answer, sentAt }));
    });
    sending.on('error', reject);
    sending.on('finish', () => (sentAt = performance.now()));
    sending.write(head);
    const reading = createReadStream(path, { highWaterMark: CHUNK });
    reading.on('error', reject);
    reading.on('end', () => sending.end(tail));
    reading.pipe(sending, { end: false });
  });
}

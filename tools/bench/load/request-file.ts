import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Request {
  method: 'GET' | 'POST';
  /** With its query. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Buffer;
}

/** A request as it goes over the wire, with HTTP/1.1's connection kept open. */
export function wireFormat(host: string, { method, path, headers = {}, body }: Request): Buffer {
  const content = body === undefined ? undefined : Buffer.from(body);
  // Some servers do not read a POST without a length.
  const length = content ? { 'content-length': String(content.length) } : method === 'POST' ? { 'content-length': '0' } : {};
  const lines = Object.entries({ host, ...headers, ...length }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`), content ?? Buffer.alloc(0)]);
}

/** Requests on disk for replay.lua, in as many files as threads read them. */
export interface RequestFile {
  path: string;
  slices: number;
  remove(): void;
}

/** Writes the requests that `next` makes; request i goes into file i mod `slices`. */
export function writeRequests(url: string, count: number, slices: number, next: () => Request): RequestFile {
  const dir = mkdtempSync(join(tmpdir(), 'doul-requests-'));
  const path = join(dir, 'requests');
  const host = new URL(url).host;
  const parts: Buffer[][] = Array.from({ length: slices }, () => []);
  for (let at = 0; at < Math.max(count, slices); at += 1) {
    const bytes = wireFormat(host, next());
    parts[at % slices]?.push(Buffer.from(`${bytes.length}\n`), bytes);
  }
  parts.forEach((part, at) => writeFileSync(`${path}.${at}`, Buffer.concat(part)));
  return { path, slices, remove: () => rmSync(dir, { recursive: true, force: true }) };
}

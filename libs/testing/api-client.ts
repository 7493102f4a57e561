import { openAsBlob } from 'node:fs';

/** A whole answer of the API: the flat envelope and whatever the endpoint adds. */
export interface Answer {
  status_code: number;
  status_msg: string;
  [field: string]: unknown;
}

export interface Call {
  query?: Record<string, unknown>;
  form?: Record<string, unknown>;
  json?: unknown;
  multipart?: Record<string, string | Blob>;
  token?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Longest a test waits for one answer, in ms: far above any deadline of the system, so that a hang is seen as one. */
const ANSWER_MS = 60_000;

/** The address of the system under test, as `./doul test` and `./doul env` give it. */
export function publicUrl(): string {
  const url = process.env['PUBLIC_URL'];
  if (!url) throw new Error('PUBLIC_URL is not set: run `./doul test`, or `eval "$(./doul env --test)"` first');
  return url.replace(/\/$/, '');
}

const text = (fields: Record<string, unknown>): [string, string][] =>
  Object.entries(fields).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)] as [string, string]]));

function bodyOf(call: Call): { body?: string | URLSearchParams | FormData; headers: Record<string, string> } {
  if (call.json !== undefined) return { body: JSON.stringify(call.json), headers: { 'content-type': 'application/json' } };
  if (call.form) return { body: new URLSearchParams(text(call.form)), headers: {} };
  if (!call.multipart) return { headers: {} };
  const form = new FormData();
  for (const [key, value] of Object.entries(call.multipart)) {
    if (typeof value === 'string') form.append(key, value);
    else form.append(key, value, 'clip.mp4');
  }
  return { body: form, headers: {} };
}

/** Sends one request and returns the raw response. */
export async function send(method: string, path: string, call: Call = {}): Promise<Response> {
  const url = new URL(path.startsWith('http') ? path : publicUrl() + path);
  for (const [key, value] of text(call.query ?? {})) url.searchParams.append(key, value);
  const { body, headers } = bodyOf(call);
  const auth: Record<string, string> = call.token === undefined ? {} : { authorization: `Bearer ${call.token}` };
  return fetch(url, {
    method,
    headers: { ...headers, ...auth, ...call.headers },
    signal: call.signal ?? AbortSignal.timeout(ANSWER_MS),
    ...(body === undefined ? {} : { body }),
  });
}

/** Sends one request and reads its JSON envelope, whatever its status. */
export async function ask<T = unknown>(method: string, path: string, call: Call = {}): Promise<Answer & T> {
  const response = await send(method, path, call);
  const body = await response.text();
  try {
    return JSON.parse(body) as Answer & T;
  } catch {
    throw new Error(`${method} ${path} answered HTTP ${response.status} with no JSON: ${body.slice(0, 200)}`);
  }
}

/** The same, for a call that must succeed. */
export async function must<T = unknown>(method: string, path: string, call: Call = {}): Promise<Answer & T> {
  const answer = await ask<T>(method, path, call);
  if (answer.status_code !== 0) throw new Error(`${method} ${path}: ${answer.status_code} ${answer.status_msg}`);
  return answer;
}

export const fileBlob = (path: string, type = 'video/mp4'): Promise<Blob> => openAsBlob(path, { type });

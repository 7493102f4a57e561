import { Passing, askedPause, retried } from './retry.js';

/** An address to send a part to. */
export interface SignedPart {
  number: number;
  url: string;
  size: number;
  expires_at: number;
}

export interface Begun {
  upload_id: string;
  part_size: number;
  part_count: number;
  parts: SignedPart[];
  expires_at: number;
}

export interface StoredPart {
  number: number;
  size: number;
  /** MD5 in hex. */
  etag: string;
}

export interface Status {
  upload_id: string;
  state: 'open' | 'completing' | 'completed' | 'aborted' | 'expired';
  title: string;
  size: number;
  part_size: number;
  part_count: number;
  parts: StoredPart[];
  /** false: the store did not answer, and these are the parts last known. */
  fresh: boolean;
  video_id: number;
  expires_at: number;
}

/** The server's answer to what it will not do; `code` is its status_code. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'ApiError';
  }
}

/** Codes of the server that pass with time: rate limited, away, too late. */
const PASSING = new Set([10005, 10006, 10012]);
/** The longest that one question takes, in ms: completing a large upload is the slowest. */
const ANSWER_MS = 120_000;

export interface ApiOptions {
  /** Address of the server, for example `https://short.example.com`. */
  baseUrl: string;
  token: string;
  /** Tries of one question in all. */
  tries: number;
  fetch: typeof globalThis.fetch;
}

/** The questions of the upload protocol. Each is safe to repeat, and all but `parts` are repeated when the network or the server is away. */
export class UploadApi {
  constructor(private readonly options: ApiOptions) {}

  /** @param key the same for every repeat of one beginning: the server then begins one upload */
  init(fields: Record<string, string | number>, key: string, signal: AbortSignal): Promise<Begun> {
    return this.ask('POST', 'init', fields, signal, { 'idempotency-key': key });
  }

  /** Asked once: it belongs to sending a part, which is repeated as a whole, and tries within tries would multiply. */
  async parts(upload_id: string, numbers: readonly number[], signal: AbortSignal): Promise<SignedPart[]> {
    const fields = { upload_id, numbers: numbers.join(',') };
    return (await this.askOnce<{ parts: SignedPart[] }>('POST', 'parts', fields, signal)).parts;
  }

  status(upload_id: string, signal: AbortSignal): Promise<Status> {
    return this.ask('GET', 'status', { upload_id }, signal);
  }

  async complete(upload_id: string, signal: AbortSignal): Promise<number> {
    return (await this.ask<{ video_id: number }>('POST', 'complete', { upload_id }, signal)).video_id;
  }

  async abort(upload_id: string, signal: AbortSignal): Promise<void> {
    await this.ask('POST', 'abort', { upload_id }, signal);
  }

  private ask<T>(
    method: 'GET' | 'POST',
    verb: string,
    fields: Record<string, string | number>,
    signal: AbortSignal,
    headers: Record<string, string> = {},
  ): Promise<T> {
    return retried(() => this.askOnce<T>(method, verb, fields, signal, headers), this.options.tries, signal);
  }

  private async askOnce<T>(
    method: 'GET' | 'POST',
    verb: string,
    fields: Record<string, string | number>,
    signal: AbortSignal,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const { baseUrl, token } = this.options;
    const text = new URLSearchParams(Object.entries(fields).map(([name, value]): [string, string] => [name, String(value)]));
    const address = `${baseUrl.replace(/\/+$/, '')}/douyin/publish/upload/${verb}/`;
    const response = await this.options
      .fetch(method === 'GET' ? `${address}?${text.toString()}` : address, {
        method,
        headers: { ...headers, authorization: `Bearer ${token}` },
        signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
        ...(method === 'GET' ? {} : { body: text }),
      })
      .catch((error: unknown) => {
        throw new Passing('the server does not answer', 0, error);
      });
    return read<T>(response);
  }
}

async function read<T>(response: Response): Promise<T> {
  const answer = (await response.json().catch(() => undefined)) as { status_code?: number; status_msg?: string } | undefined;
  const code = answer?.status_code;
  if (code === 0) return answer as T;
  if (code === undefined || response.status >= 500 || PASSING.has(code))
    throw new Passing(answer?.status_msg ?? `HTTP ${response.status}`, askedPause(response.headers));
  throw new ApiError(code, answer?.status_msg ?? '');
}

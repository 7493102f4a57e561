import { Passing } from './retry.js';

/** What became of sending a part: `refused` = the address is no longer good; `gone` = there is no such upload any more. */
export type PutOutcome = { etag: string } | 'refused' | 'gone';

/**
 * Sends the bytes of a part to its address, with no Content-Type, which would be part of the signature.
 *
 * @param onSent called with the bytes of this part that are on their way, where that can be known
 * @throws Passing when the connection broke or the store is away
 */
export type PutPart = (url: string, bytes: Uint8Array, signal: AbortSignal, onSent: (bytes: number) => void) => Promise<PutOutcome>;

/** @throws Passing for answers that another try may change */
export function outcome(status: number, etag: string | null): PutOutcome {
  // A part whose ETag the page may not see counts as stored; the status call tells it then.
  if (status === 200) return { etag: (etag ?? '').replaceAll('"', '').toUpperCase() };
  if (status === 403) return 'refused';
  if (status === 404) return 'gone';
  throw new Passing(`the store answered ${status}`);
}

/** A connection on which nothing moves is given up after this long, in ms, when its progress can be seen; else a part's longest time. */
const SILENCE_MS = 45_000;
const LONGEST_MS = 15 * 60_000;

/** By fetch: everywhere. */
export const putByFetch =
  (fetch: typeof globalThis.fetch): PutPart =>
  async (url, bytes, signal) => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
    const response = await fetch(url, { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer>, signal: limit }).catch((error: unknown) => {
      throw new Passing('the connection to the store broke', 0, error);
    });
    await response.arrayBuffer().catch(() => undefined);
    return outcome(response.status, response.headers.get('etag'));
  };

export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** The part of XMLHttpRequest that is used. */
export interface Xhr {
  open(method: string, url: string): void;
  send(body: Uint8Array): void;
  abort(): void;
  getResponseHeader(name: string): string | null;
  readonly status: number;
  timeout: number;
  onload: (() => void) | null;
  onerror: (() => void) | null;
  onabort: (() => void) | null;
  ontimeout: (() => void) | null;
  readonly upload: { onprogress: ((event: { loaded: number }) => void) | null };
}

/** By XMLHttpRequest: browsers tell only it how much of a body has left. */
export const putByXhr =
  (create: () => Xhr): PutPart =>
  (url, bytes, signal, onSent) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const xhr = create();
      let silence = setTimeout(() => xhr.abort(), SILENCE_MS);
      const stop = (): void => xhr.abort();
      const end = (settle: () => void) => (): void => {
        clearTimeout(silence);
        signal.removeEventListener('abort', stop);
        settle();
      };
      const broken = end(() => reject(new Passing('the connection to the store broke')));
      xhr.open('PUT', url);
      xhr.timeout = LONGEST_MS;
      xhr.upload.onprogress = ({ loaded }) => {
        clearTimeout(silence);
        silence = setTimeout(() => xhr.abort(), SILENCE_MS);
        onSent(loaded);
      };
      xhr.onload = end(() => {
        try {
          resolve(outcome(xhr.status, xhr.getResponseHeader('etag')));
        } catch (error) {
          reject(asError(error));
        }
      });
      xhr.onerror = xhr.ontimeout = xhr.onabort = broken;
      signal.addEventListener('abort', stop, { once: true });
      // A typed array makes no Content-Type of its own.
      xhr.send(bytes);
    });

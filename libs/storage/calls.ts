import { metrics } from '@doul/runtime';
import { CONNECT_MS, IDLE_MS, UPLOAD_MS } from './send.js';
import type { Timeout } from './oss-client.js';
import type { PutOptions } from './object-store.js';
import { translate } from './storage-error.js';

const seconds = metrics.histogram('storage_seconds', 'Duration of calls on the object store', ['op', 'outcome']);

/** For calls whose bytes are few. */
export const QUICK: Timeout = [CONNECT_MS, IDLE_MS];
/** For joining the parts of an upload, whose bytes the store may have to move, ms. */
export const JOINING: Timeout = [CONNECT_MS, 5 * 60_000];
/** For uploads, whose silence is watched elsewhere. */
export const LONG: Timeout = [CONNECT_MS, UPLOAD_MS];

/** A year, in seconds: keys are never reused. */
const FOREVER = 'public, max-age=31536000, immutable';

/** For who was given an address: nobody in between keeps what only some may see. */
const FOREVER_PRIVATELY = 'private, max-age=31536000, immutable';

export const putHeaders = (options: PutOptions): { mime: string; headers: Record<string, string> } => ({
  mime: options.contentType,
  headers: {
    'Cache-Control': options.cacheControl ?? (options.access === 'private' ? FOREVER_PRIVATELY : FOREVER),
    ...(options.access === undefined ? {} : { 'x-oss-object-acl': options.access }),
  },
});

export const bareEtag = (etag: string | undefined): string => (etag ?? '').replaceAll('"', '');

/** Times a call and says what its failure means. */
export async function timed<T>(op: string, work: () => Promise<T>): Promise<T> {
  const stop = seconds.startTimer({ op });
  try {
    const result = await work();
    stop({ outcome: 'ok' });
    return result;
  } catch (error) {
    stop({ outcome: error instanceof Error ? error.name : 'error' });
    throw error;
  }
}

/** A timed call on the SDK. */
export const call = <T>(op: string, key: string, work: () => Promise<T>): Promise<T> =>
  timed(op, () =>
    work().catch((error: unknown) => {
      throw translate(error, key);
    }),
  );

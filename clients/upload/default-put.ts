import { putByNode } from './put-by-node.js';
import { putByFetch, putByXhr, type PutPart, type Xhr } from './put-part.js';

/** The best that this platform has. A fetch that was chosen by the caller is used for parts too. */
export function defaultPut(chosen: typeof globalThis.fetch | undefined): PutPart {
  if (chosen) return putByFetch(chosen);
  const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => Xhr };
  if (XMLHttpRequest) return putByXhr(() => new XMLHttpRequest());
  return putByNode() ?? putByFetch(globalThis.fetch.bind(globalThis));
}

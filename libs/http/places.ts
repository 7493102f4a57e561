import { metrics } from '@doul/runtime';
import type { AnyEndpoint } from './endpoint.js';
import { httpConfig } from './http.config.js';

const refused = metrics.counter('doul_http_refused_total', 'Requests that got no place in the process', ['place']);

/** An upload is slow by nature, and a stream of events stays: they take none of the places of the others. */
export type Place = 'request' | 'upload' | 'stream';

/**
 * Places for what a process answers at a time. Without a bound a queue grows until nobody in it is still waiting for the answer;
 * with it whoever is let in is answered soon, and what is held in memory is bounded, whatever is thrown at the process.
 */
export class Places {
  private readonly taken: Record<Place, number> = { request: 0, upload: 0, stream: 0 };
  private readonly most: Record<Place, number>;

  constructor({ HTTP_MAX_IN_FLIGHT, HTTP_MAX_UPLOADS, HTTP_MAX_STREAMS } = httpConfig()) {
    this.most = { request: HTTP_MAX_IN_FLIGHT, upload: HTTP_MAX_UPLOADS, stream: HTTP_MAX_STREAMS };
  }

  /** Takes a place for a request to an endpoint; undefined when all are taken. Whoever got one gives it back once. */
  take(endpoint: AnyEndpoint): Place | undefined {
    const place: Place = endpoint.upload ? 'upload' : endpoint.stream ? 'stream' : 'request';
    if (this.taken[place] >= this.most[place]) {
      refused.inc({ place });
      return undefined;
    }
    this.taken[place] += 1;
    return place;
  }

  giveBack(place: Place): void {
    this.taken[place] -= 1;
  }
}

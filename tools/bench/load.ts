import autocannon from 'autocannon';

export interface Request {
  method: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface Load {
  requestsPerSecond: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  requests: number;
  /** Transport failures, HTTP errors, and envelopes whose status_code is not 0. */
  errors: number;
  bytesPerAnswer: number;
}

/** How every successful answer starts. */
const OK = Buffer.from('"status_code":0');

/** Closed loop: each connection sends its next request when it has its answer. */
export async function closedLoop(url: string, connections: number, seconds: number, next: () => Request, envelope = true): Promise<Load> {
  let bad = 0;
  const instance = autocannon({
    url,
    connections,
    duration: seconds,
    timeout: 20,
    requests: [{ setupRequest: (request: autocannon.Request): autocannon.Request => ({ ...request, ...next() }) }],
    setupClient: (client) => {
      client.on('body', (body: Buffer) => {
        if (envelope && !Buffer.from(body).subarray(0, 64).includes(OK)) bad += 1;
      });
    },
  });
  const result = await instance;
  return {
    requestsPerSecond: result.requests.total / result.duration,
    p50Ms: result.latency.p50,
    p95Ms: result.latency.p97_5,
    p99Ms: result.latency.p99,
    requests: result.requests.total,
    errors: result.errors + result.non2xx + bad,
    bytesPerAnswer: Math.round(result.throughput.total / Math.max(1, result.requests.total)),
  };
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { addCorsHeaders } from './cors.js';
import { asOssError } from './errors.js';
import { openOss, type Oss, type OssOptions } from './oss.js';
import { sendError } from './reply.js';
import { newRequestId, parseRequest } from './request.js';
import { route } from './router.js';

/** How long a connection may be silent inside a request, in ms. A whole upload may take any time. */
const SILENCE_MS = 60_000;
/** Longer than clients keep idle connections, so that they close them first, in ms. */
const KEEP_ALIVE_MS = 75_000;

async function answer(http: IncomingMessage, res: ServerResponse, oss: Oss, onError: (error: unknown) => void): Promise<void> {
  const id = newRequestId();
  res.setHeader('x-oss-request-id', id);
  res.setHeader('server', 'AliyunOSS');
  try {
    const request = parseRequest(http, id, oss.bucket);
    addCorsHeaders(request, res, oss.settings.cors);
    await route(request, res, oss);
  } catch (error) {
    const answered = asOssError(error);
    // A client that left in the middle of an answer is no failure of ours.
    if (answered.status === 500 && !http.destroyed && !res.destroyed) onError(error);
    sendError(res, answered, id, http.headers.host ?? '');
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

export interface RunningOss {
  readonly port: number;
  /** `http://localhost:<port>`: the SDK refuses addresses that are numbers. */
  readonly endpoint: string;
  close(): Promise<void>;
}

export interface ListenOptions {
  /** 0 = any free one. */
  port: number;
  /** Address to listen on instead of the loopback ones, for example in a container. */
  host?: string | undefined;
}

/** Starts the server; by default on both loopback addresses, because `localhost` may mean either. */
export async function startOssServer(
  options: OssOptions & ListenOptions,
  onError: (error: unknown) => void = () => undefined,
): Promise<RunningOss> {
  const oss = await openOss(options);
  const servers = ['v4', 'v6'].map(() => {
    const server = createServer({ requestTimeout: 0, headersTimeout: 30_000, keepAliveTimeout: KEEP_ALIVE_MS }, (http, res) => {
      void answer(http, res, oss, onError);
    });
    return server.setTimeout(SILENCE_MS);
  }) as [Server, Server];
  const port = await listen(servers[0], options.port, options.host ?? '127.0.0.1');
  // A machine without IPv6 has no ::1; then localhost is 127.0.0.1.
  if (options.host === undefined)
    await listen(servers[1], port, '::1').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') throw error;
    });
  const close = (server: Server): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeIdleConnections();
      setTimeout(() => server.closeAllConnections(), 2_000).unref();
    });
  return { port, endpoint: `http://localhost:${port}`, close: () => Promise.all(servers.map(close)).then(() => undefined) };
}

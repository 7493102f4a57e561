import { isStopping } from '@doul/runtime';
import type { FastifyReply } from 'fastify';
import { JSON_TYPE } from './answer.js';
import { corsHeaders } from './cors.js';
import type { Exchange } from './exchange.js';

/** An API answers data: nothing of it is a page, is framed, or runs. */
const SECURITY_HEADERS = ['x-content-type-options', 'nosniff', 'x-frame-options', 'DENY', 'referrer-policy', 'no-referrer'] as const;

/** Headers of every answer: names and values in turn. */
function commonHeaders({ requestId, origin }: Exchange): string[] {
  const headers = ['x-request-id', requestId, ...SECURITY_HEADERS, ...corsHeaders(origin)];
  if (isStopping()) headers.push('connection', 'close');
  return headers;
}

/** Gives them to an answer that Fastify writes. */
export function addCommonHeaders(exchange: Exchange, reply: FastifyReply): void {
  const headers = commonHeaders(exchange);
  for (let at = 0; at < headers.length; at += 2) reply.header(headers[at] as string, headers[at + 1]);
}

interface Written {
  readonly http: number;
  readonly body: Buffer | string;
  readonly type?: string;
  /** Further headers: names and values in turn. */
  readonly headers: readonly string[];
}

/**
 * Writes a whole answer past Fastify: its store of headers, and its hooks for answers, which nobody uses here, cost a fifth as much as all the
 * rest of it.
 */
export function writeAnswer(exchange: Exchange, reply: FastifyReply, { http, body, type = JSON_TYPE, headers }: Written): void {
  const { raw } = reply.hijack();
  const length = String(typeof body === 'string' ? Buffer.byteLength(body) : body.length);
  raw.writeHead(http, ['content-type', type, 'content-length', length, ...commonHeaders(exchange), ...headers]);
  raw.end(body);
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { OssError } from './errors.js';
import { xmlDocument, type XmlTree } from './xml.js';

/** Answers with a document. */
export function sendXml(res: ServerResponse, root: string, tree: XmlTree | string, status = 200): void {
  const body = Buffer.from(xmlDocument(root, tree));
  res.writeHead(status, { 'content-type': 'application/xml', 'content-length': body.length });
  res.end(body);
}

/** Answers without a body. */
export function sendEmpty(res: ServerResponse, status: number, headers: Record<string, string | number> = {}): void {
  res.writeHead(status, status === 204 || status === 304 ? headers : { 'content-length': 0, ...headers });
  res.end();
}

/** How long the rest of a refused body is read and dropped, in ms, so that the client gets to see the answer. */
const LINGER_MS = 10_000;

function dropBody(http: IncomingMessage): void {
  if (http.complete || http.destroyed) return;
  const timer = setTimeout(() => http.destroy(), LINGER_MS).unref();
  http.once('close', () => clearTimeout(timer));
  http.resume();
}

/** Answers with an error document. A HEAD has no body, so the document travels in `x-oss-err` as it does on OSS. */
export function sendError(res: ServerResponse, error: OssError, requestId: string, host: string): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  dropBody(res.req);
  if (error.status === 304) return sendEmpty(res, 304);
  const tree = { Code: error.code, Message: error.message, RequestId: requestId, HostId: host, ...error.details };
  if (res.req.method !== 'HEAD') return sendXml(res, 'Error', tree, error.status);
  res.setHeader('x-oss-err', Buffer.from(xmlDocument('Error', tree)).toString('base64'));
  sendEmpty(res, error.status);
}

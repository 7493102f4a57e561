import type { Socket } from 'node:net';
import { CommonErrors, type DoulError } from '@doul/contracts';
import { STATUS_CODES } from 'node:http';
import { nanoid } from 'nanoid';
import { JSON_TYPE } from './answer.js';
import { corsHeaders } from './cors.js';
import { failureOf } from './failure.js';

const reasonOf = (code: string | undefined): DoulError => {
  if (code === 'HPE_HEADER_OVERFLOW') return CommonErrors.HEADERS_TOO_LARGE();
  return CommonErrors.UNREADABLE_BODY();
};

/** Answers what is not even HTTP, or has headers beyond every limit: there is no request object yet, only a socket. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const { http, body } = failureOf(reasonOf(error.code), { language: 'en', requestId: nanoid(), endpoint: undefined });
  const length = String(Buffer.byteLength(body));
  const headers = ['content-type', JSON_TYPE, 'content-length', length, 'connection', 'close', ...corsHeaders(undefined)];
  const lines = headers.map((text, at) => (at % 2 === 0 ? `${text}: ` : `${text}\r\n`));
  socket.end(`HTTP/1.1 ${http} ${STATUS_CODES[http] ?? 'Error'}\r\n${lines.join('')}\r\n${body}`);
}

import { CommonErrors } from '@doul/contracts';
import { parse as parseQuery } from 'node:querystring';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { FormFields } from './form-fields.js';
import { FormReading } from './form-reading.js';
import { ReadBody } from './sources.js';

/** Largest body that is read into memory, in bytes; everything bigger is a file and streamed. */
export const MAX_BODY_BYTES = 262_144;
/** Parameters of a urlencoded form that are looked at. */
const MAX_FORM_KEYS = 200;

type Done = (error: Error | null, body?: ReadBody) => void;

function readJson(text: string): ReadBody | undefined {
  if (text.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw CommonErrors.UNREADABLE_BODY({}, error);
  }
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw CommonErrors.UNREADABLE_BODY();
  return new ReadBody(value as Record<string, unknown>, false);
}

const readForm = (text: string): ReadBody => new ReadBody(parseQuery(text, '&', '=', { maxKeys: MAX_FORM_KEYS }), true);

/** A body that says nothing of its type: JSON when it looks like it, a form otherwise. */
function readUntyped(request: FastifyRequest, text: string): ReadBody | undefined {
  if (text.trim() === '') return undefined;
  if (request.headers['content-type'] !== undefined) throw CommonErrors.UNSUPPORTED_MEDIA();
  return text.trimStart().startsWith('{') ? readJson(text) : readForm(text);
}

/** The fields of a multipart form whose endpoint takes no file; files in it are skipped. */
async function readFields(raw: IncomingMessage): Promise<ReadBody> {
  const fields = new FormFields();
  const never = (): Promise<never> => Promise.reject(new Error('no file is taken here'));
  await new FormReading(raw, fields, { names: [], maxBytes: MAX_BODY_BYTES, beforeFile: () => undefined }, never).files();
  return fields.asBody();
}

/** Teaches the server the types of bodies that clients send. The body of an upload stays unread for its handler. */
export function addBodyParsers(server: FastifyInstance): void {
  const parsing =
    (read: (text: string, request: FastifyRequest) => ReadBody | undefined) =>
    (request: FastifyRequest, text: string, done: Done): void => {
      let body: ReadBody | undefined;
      try {
        body = read(text, request);
      } catch (error) {
        return done(error as Error);
      }
      return done(null, body);
    };
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(/^application\/(json|[\w.-]+\+json)/, { parseAs: 'string' }, parsing(readJson));
  server.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, parsing(readForm));
  server.addContentTypeParser(
    '*',
    { parseAs: 'string' },
    parsing((text, request) => readUntyped(request, text)),
  );
  server.addContentTypeParser('multipart/form-data', (request: FastifyRequest, _raw: IncomingMessage, done: Done) => {
    if (request.routeOptions.config.endpoint?.upload) return done(null);
    readFields(request.raw).then(
      (body) => done(null, body),
      (error: unknown) => done(error as Error),
    );
  });
}

import type { Readable } from 'node:stream';
import { Busboy } from '@fastify/busboy';
import { OssError } from './errors.js';
import { header, type OssRequest } from './request.js';

export interface FormFile {
  readonly filename: string;
  readonly contentType: string;
  readonly stream: Readable;
}

const LIMITS = { fieldNameSize: 256, fieldSize: 64 * 1024, fields: 100, files: 1 };

/** Writes into the parser without destroying the request when the parser fails: it still has to be answered. */
function feed(request: OssRequest, parser: NodeJS.WritableStream, fail: (error: Error) => void): void {
  request.http.once('close', () => {
    if (!request.http.readableEnded) fail(new OssError('IncompleteBody'));
  });
  request.http.pipe(parser);
}

/**
 * Reads a form whose file comes last, and hands the file over as it arrives, with the fields before it.
 *
 * @throws OssError MalformedPOSTRequest, and what `store` throws
 */
export function receiveForm<T>(request: OssRequest, store: (fields: Map<string, string>, file: FormFile) => Promise<T>): Promise<T> {
  const contentType = header(request, 'content-type') ?? '';
  if (!contentType.startsWith('multipart/form-data')) throw new OssError('MalformedPOSTRequest');
  return new Promise<T>((resolve, reject) => {
    const fields = new Map<string, string>();
    let stored: Promise<T> | undefined;
    let current: Readable | undefined;
    const fail = (error: unknown): void => {
      request.http.unpipe();
      current?.destroy();
      reject(error instanceof OssError ? error : new OssError('MalformedPOSTRequest'));
    };
    const parser = new Busboy({ headers: { ...request.http.headers, 'content-type': contentType }, limits: LIMITS });
    parser.on('field', (name, value) => fields.set(name.toLowerCase(), value));
    parser.on('file', (_name, stream, filename, _encoding, mime) => {
      current = stream;
      stored = store(fields, { filename, contentType: mime, stream });
      stored.catch(fail);
    });
    parser.on('error', fail);
    parser.on('finish', () => (stored ? void stored.then(resolve, reject) : fail(new OssError('MalformedPOSTRequest'))));
    feed(request, parser, fail);
  });
}

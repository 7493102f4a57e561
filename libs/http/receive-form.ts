import type { FastifyRequest } from 'fastify';
import { authenticate } from './authenticate.js';
import { maxBytesOf, type AnyEndpoint, type UploadOptions } from './endpoint.js';
import { FormFields } from './form-fields.js';
import { sourcesOf } from './sources.js';
import { limitAccount, limitAddress } from './limits.js';
import { FormReading } from './form-reading.js';
import { inputReader, type Source } from './read.js';
import type { Received, UploadForm, UploadStream } from './upload-form.js';

const isMultipart = (request: FastifyRequest): boolean => /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '');

/** The form of an upload's request, not read yet. */
export function receiveForm(endpoint: AnyEndpoint, upload: UploadOptions, request: FastifyRequest): UploadForm<unknown> {
  const { exchange } = request;
  const read = inputReader(endpoint.params);
  const names = typeof upload.file === 'string' ? [upload.file] : upload.file;
  const identify = (sources: readonly Source[]): boolean => authenticate(endpoint.auth, request.headers.authorization, sources, exchange);

  /** With a token in front of the first file, a bad one is refused before a byte is stored. */
  const identifyEarly = (sources: readonly Source[]): void => {
    if (exchange.viewerId === 0 && sources.some((source) => source.values['token'] !== undefined)) identify(sources);
  };

  const finish = async (sources: readonly Source[]): Promise<unknown> => {
    identify(sources);
    if (endpoint.limit) await limitAccount(endpoint.limit, exchange, exchange.viewerId || undefined);
    return read(sources);
  };

  const receive = async <Stored>(
    store: (file: UploadStream) => Promise<Stored>,
    discard: (stored: Stored) => Promise<void>,
  ): Promise<Received<unknown, Stored>> => {
    if (endpoint.limit) await limitAddress(endpoint.limit, exchange);
    const sources = sourcesOf(request);
    if (!isMultipart(request)) return { input: await finish(sources), files: new Map() };
    if (request.headers.authorization !== undefined) identify(sources);
    else identifyEarly(sources);
    const fields = new FormFields();
    const all = [...sources, fields];
    const maxBytes = maxBytesOf(upload);
    const reading = new FormReading(request.raw, fields, { names, maxBytes, beforeFile: () => identifyEarly(all) }, store);
    try {
      const files = await reading.files();
      return { input: await finish(all), files };
    } catch (error) {
      await reading.discard(discard, exchange);
      throw error;
    }
  };
  return { receive };
}

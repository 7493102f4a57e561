import type { FastifyRequest } from 'fastify';
import type { Source } from './read.js';

/** The parameters of a body; made by the content-type parsers. */
export class ReadBody implements Source {
  constructor(
    readonly values: Readonly<Record<string, unknown>>,
    readonly repeats: boolean,
  ) {}
}

/** Where the parameters of a request whose body is read are. */
export function sourcesOf(request: FastifyRequest): Source[] {
  const query: Source = { values: request.query as Record<string, unknown>, repeats: true };
  return request.body instanceof ReadBody ? [query, request.body] : [query];
}

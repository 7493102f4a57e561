import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';

/** The committed description of the whole API, in the working directory or in a directory above this file. */
function findDocument(): string | undefined {
  let directory = import.meta.dirname;
  const places = [process.cwd()];
  while (dirname(directory) !== directory) {
    places.push(directory);
    directory = dirname(directory);
  }
  return places.map((place) => join(place, 'openapi.json')).find((path) => existsSync(path));
}

/** Serves Swagger UI at /docs and the document at /openapi.json; any process with an API layer describes the whole API. */
export function serveDocs(app: NestFastifyApplication): void {
  const path = findDocument();
  if (path === undefined) return;
  const text = readFileSync(path, 'utf8');
  SwaggerModule.setup('docs', app, () => JSON.parse(text) as OpenAPIObject, {
    customSiteTitle: 'doul API',
    swaggerOptions: { persistAuthorization: true, docExpansion: 'list', displayRequestDuration: true },
  });
  app
    .getHttpAdapter()
    .getInstance()
    .get('/openapi.json', (_request, reply) => reply.header('content-type', 'application/json; charset=utf-8').send(text));
}

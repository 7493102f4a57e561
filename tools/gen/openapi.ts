import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredEndpoints } from '@doul/http';
import type { Generator } from './generator.js';
import { operationOf, type Operation } from './openapi-operation.js';
import { responseComponents } from './openapi-responses.js';
import { Schemas } from './openapi-schemas.js';
import { load, root, sources } from './repository.js';

const ABOUT = `Short videos over HTTP.

Every answer holds \`status_code\` (0 = all went well) and \`status_msg\` beside its fields, with HTTP status 200. Other HTTP statuses
tell of unreadable requests, rate limits and unavailability, and have the same envelope. Messages are English, or Chinese when
\`Accept-Language\` prefers it.

Parameters are read from the query, from a form or from JSON; the token also from \`Authorization: Bearer\`. Whole numbers may come in
exponent form. A trailing slash of a path may be left out. Unknown parameters are ignored, empty ones count as missing.`;

const FOLDERS: Record<string, string> = {
  usercenter: 'Accounts, sessions and profiles',
  friend: 'Following and friends',
  video: 'Feed, publishing and likes',
  comment: 'Comments',
  chat: 'Messages between users',
  search: 'Search for videos and users',
};

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  token: { type: 'apiKey', in: 'query', name: 'token', description: 'The same token as a parameter; a form field or JSON field works too' },
};

function version(): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}

/** The whole API as an OpenAPI 3.1 document, from the endpoints of the loaded controllers. */
export function openApiDocument(): object {
  const schemas = new Schemas();
  const endpoints = declaredEndpoints();
  const paths: Record<string, Record<string, Operation>> = {};
  for (const endpoint of endpoints) {
    const path = (paths[endpoint.path] ??= {});
    path[endpoint.method.toLowerCase()] = operationOf(endpoint, schemas, endpoints);
  }
  const folders = [...new Set(endpoints.map((endpoint) => endpoint.folder))].sort();
  return {
    openapi: '3.1.0',
    info: { title: 'doul', version: version(), description: ABOUT, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/', description: 'The address that this document was loaded from' }],
    tags: folders.map((name) => ({ name, description: FOLDERS[name] ?? name })),
    paths,
    components: { schemas: schemas.components(), responses: responseComponents(), securitySchemes: SECURITY_SCHEMES },
  };
}

/** openapi.json: what Swagger UI shows and what Apifox and Postman import. */
export const openapi: Generator = {
  name: 'openapi',
  async generate() {
    await load(sources('.controller.ts'));
    return [{ path: 'openapi.json', text: `${JSON.stringify(openApiDocument(), null, 2)}\n` }];
  },
};

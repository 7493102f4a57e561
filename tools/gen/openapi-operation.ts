import { maxBytesOf, type AnyEndpoint, type AuthRule } from '@doul/http';
import { errorsOf, responsesOf } from './openapi-responses.js';
import type { JsonSchema, Schemas } from './openapi-schemas.js';

/** One operation of an OpenAPI document. */
export type Operation = Record<string, unknown>;

const TOKEN = [{ bearer: [] }, { token: [] }];
const SECURITY: Record<AuthRule, object[]> = { none: [], required: TOKEN, optional: [{}, ...TOKEN], lenient: [{}, ...TOKEN] };

const AUTH_TEXT: Record<AuthRule, string> = {
  none: 'Needs no token.',
  required: 'Needs a token.',
  optional: 'A token is optional; a wrong one is refused.',
  lenient: 'A token is optional; a wrong one counts as none.',
};

/** `/douyin/user/sessions/revoke/` is `user_sessions_revoke`; the method is added where a path has several. */
function operationId({ path, method }: AnyEndpoint, all: readonly AnyEndpoint[]): string {
  const name = path.split('/').filter(Boolean).slice(1).join('_');
  const isShared = all.filter((endpoint) => endpoint.path === path).length > 1;
  return isShared ? `${name}_${method.toLowerCase()}` : name;
}

function exampleOf(schema: JsonSchema): unknown {
  const values = schema['enum'];
  if (Array.isArray(values)) return values[0] as unknown;
  if (schema['type'] === 'boolean') return true;
  if (schema['type'] === 'integer') return Math.max(1, Number(schema['minimum'] ?? 1));
  return 'text';
}

interface Described {
  properties: Record<string, JsonSchema>;
  required: string[];
}

function parametersOf(endpoint: AnyEndpoint, schemas: Schemas): Described {
  const { properties, required } = schemas.of(endpoint.params as Parameters<Schemas['of']>[0], 'input');
  const withExamples = Object.entries(properties).map(([name, schema]) => {
    const example = endpoint.request?.[name] ?? (required.includes(name) ? exampleOf(schema) : undefined);
    return [name, example === undefined ? schema : { ...schema, examples: [example] }];
  });
  return { properties: Object.fromEntries(withExamples) as Record<string, JsonSchema>, required };
}

function queryOf({ properties, required }: Described): object[] {
  return Object.entries(properties).map(([name, { description, examples, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
    ...(Array.isArray(examples) ? { example: examples[0] as unknown } : {}),
  }));
}

function bodyOf(endpoint: AnyEndpoint, { properties, required }: Described): object | undefined {
  const schema = { type: 'object', properties, ...(required.length > 0 ? { required } : {}) };
  if (!endpoint.upload) {
    if (Object.keys(properties).length === 0) return undefined;
    return { content: { 'application/x-www-form-urlencoded': { schema }, 'application/json': { schema } } };
  }
  const description = `At most ${maxBytesOf(endpoint.upload)} bytes`;
  const files = [endpoint.upload.file].flat().map((name) => {
    return [name, { type: 'string', format: 'binary', contentMediaType: 'application/octet-stream', description }] as const;
  });
  return { content: { 'multipart/form-data': { schema: { ...schema, properties: { ...properties, ...Object.fromEntries(files) } } } } };
}

/** The description of an endpoint, for people and for tools. */
export function operationOf(endpoint: AnyEndpoint, schemas: Schemas, all: readonly AnyEndpoint[]): Operation {
  const parameters = parametersOf(endpoint, schemas);
  const body = endpoint.method === 'POST' ? bodyOf(endpoint, parameters) : undefined;
  const description = [endpoint.description, AUTH_TEXT[endpoint.auth]].filter((text) => text !== undefined).join('\n\n');
  return {
    operationId: operationId(endpoint, all),
    summary: endpoint.summary,
    description,
    tags: [endpoint.folder],
    'x-apifox-folder': endpoint.folder,
    'x-apifox-status': 'released',
    'x-status-codes': [0, ...errorsOf(endpoint).map((error) => error.row.code)],
    security: SECURITY[endpoint.auth],
    ...(endpoint.method === 'GET' ? { parameters: queryOf(parameters) } : {}),
    ...(body ? { requestBody: body } : {}),
    responses: responsesOf(endpoint, schemas),
  };
}

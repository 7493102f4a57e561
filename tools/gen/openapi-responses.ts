import { CommonErrors, type ErrorFactory } from '@doul/contracts';
import type { AnyEndpoint } from '@doul/http';
import type { JsonSchema, Schemas } from './openapi-schemas.js';

const ENVELOPE: Record<string, JsonSchema> = {
  status_code: { type: 'integer', description: '0 = all went well' },
  status_msg: { type: 'string', description: 'For people; never empty' },
};

/** Answers with an HTTP status of their own: what no client code handles. */
const TRANSPORT = [
  CommonErrors.UNREADABLE_BODY,
  CommonErrors.BODY_TOO_LARGE,
  CommonErrors.UNSUPPORTED_MEDIA,
  CommonErrors.RATE_LIMITED,
  CommonErrors.UNAVAILABLE,
  CommonErrors.DEADLINE,
];

const sample = (error: ErrorFactory, parameter = 'token'): object => {
  const { code, message } = error({ parameter, problem: 'is missing' });
  return { status_code: code, status_msg: message };
};

const nameOf = (status: number): string => TRANSPORT.find((error) => error.row.http === status)?.row.name ?? String(status);

/** Shared answers, one for each HTTP status beside 200. */
export function responseComponents(): Record<string, object> {
  const statuses = [...new Set(TRANSPORT.map((error) => error.row.http ?? 200))];
  return Object.fromEntries(
    statuses.map((status) => {
      const errors = TRANSPORT.filter((error) => error.row.http === status);
      const examples = Object.fromEntries(errors.map((error) => [error.row.name, { value: sample(error) }]));
      const schema = { type: 'object', properties: ENVELOPE, required: Object.keys(ENVELOPE) };
      const headers = [429, 503].includes(status)
        ? { headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } } }
        : {};
      const description = errors.map((error) => `${error.row.code}: ${error.row.en}`).join('; ');
      return [nameOf(status), { description, ...headers, content: { 'application/json': { schema, examples } } }];
    }),
  );
}

/** Every error that an endpoint can answer with HTTP status 200. */
export function errorsOf(endpoint: AnyEndpoint): ErrorFactory[] {
  const hasParameters = Object.keys(endpoint.params).length > 0;
  return [
    ...(hasParameters ? [CommonErrors.INVALID_PARAMETER] : []),
    ...(hasParameters || endpoint.auth !== 'none' ? [CommonErrors.CONFLICTING_PARAMETER] : []),
    ...(endpoint.auth === 'required' || endpoint.auth === 'optional' ? [CommonErrors.UNAUTHENTICATED] : []),
    ...(endpoint.errors ?? []).filter((error) => (error.row.http ?? 200) === 200),
    CommonErrors.INTERNAL,
  ];
}

function statusesOf(endpoint: AnyEndpoint): number[] {
  return [...(endpoint.method === 'POST' ? [400, 413, 415] : []), ...(endpoint.limit ? [429] : []), 503];
}

/** A server-sent event as it may look. */
const eventOf = (endpoint: AnyEndpoint): string => `id: 7\nevent: status\ndata: ${JSON.stringify(endpoint.example)}\n\n`;

/** Answers of an endpoint: its fields, an example, and one example for each status_code. */
export function responsesOf(endpoint: AnyEndpoint, schemas: Schemas): Record<string, object> {
  const { properties } = schemas.of(endpoint.answer as Parameters<Schemas['of']>[0], 'output');
  const errors = errorsOf(endpoint);
  const [parameter] = Object.keys(endpoint.params);
  const failures = errors.map((error) => {
    const value = { ...sample(error, parameter), ...endpoint.failureDefaults };
    return [error.row.name, { summary: `${error.row.code} ${error.row.en}`, value }] as const;
  });
  const success = { summary: 'success', value: { status_code: 0, status_msg: 'success', ...(endpoint.example as object) } };
  const schema = { type: 'object', properties: { ...ENVELOPE, ...properties }, required: Object.keys(ENVELOPE) };
  const description = `status_code 0, or one of ${errors.map((error) => error.row.code).join(', ')}. The other fields are there when it is 0.`;
  const json = { 'application/json': { schema, examples: { success, ...Object.fromEntries(failures) } } };
  const content = endpoint.stream ? { 'text/event-stream': { schema: { type: 'string' }, example: eventOf(endpoint) }, ...json } : json;
  const others = statusesOf(endpoint).map((status) => [String(status), { $ref: `#/components/responses/${nameOf(status)}` }] as const);
  return { '200': { description, content }, ...Object.fromEntries(others) };
}

import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Request } from '../load/request-file.js';

const fields = z.record(z.string(), z.string());

/** One request: values may hold placeholders such as `{video_id}`; a parameter whose placeholder has no value is left out. */
const operation = z.strictObject({
  method: z.enum(['GET', 'POST']),
  path: z.string().startsWith('/'),
  query: fields.optional(),
  form: fields.optional(),
  json: fields.optional(),
  /** The part of a multipart body that holds the file; `form` gives its other parts. */
  file: z.string().optional(),
});

const mapping = z.strictObject({
  name: z.string(),
  /** Text that every successful answer contains, compared as bytes; `-` = HTTP 2xx is enough. */
  success: z.string(),
  /** Where a token goes: `{token}` stands for it. */
  token: z.strictObject({ in: z.enum(['header', 'query', 'form']), name: z.string(), value: z.string() }),
  /** Paths into the answers, as `data.list.0.id`. */
  answers: z.strictObject({ token: z.string(), userId: z.string(), videos: z.string(), videoId: z.string(), nextTime: z.string() }),
  operations: z.strictObject({
    register: operation,
    login: operation,
    feed: operation,
    like: operation.optional(),
    comment: operation.optional(),
    'comment-list': operation.optional(),
    'favorite-list': operation.optional(),
    search: operation.optional(),
    publish: operation.optional(),
  }),
});

/** How a server of this API spells its requests and answers. */
export type Mapping = z.infer<typeof mapping>;
export type Operation = keyof Mapping['operations'];
export type Values = Record<string, string | number | undefined>;

/** Parses a mapping file. @throws Error that names what is wrong with it */
export function readMapping(path: string): Mapping {
  const parsed = mapping.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new Error(`${path}:\n${parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`).join('\n')}`);
}

/** The value at a path such as `user.id` in an answer. */
export function at(answer: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], answer);
}

const NAMED = /\{(\w+)\}/g;

/** Fields with their placeholders filled in. */
function filled(template: Record<string, string> = {}, values: Values): [string, string][] {
  return Object.entries(template).flatMap(([name, value]): [string, string][] => {
    const missing = [...value.matchAll(NAMED)].some(([, key]) => values[key ?? ''] === undefined);
    return missing ? [] : [[name, value.replace(NAMED, (_, key: string) => String(values[key]))]];
  });
}

const encoded = (pairs: readonly [string, string][]): string => new URLSearchParams([...pairs]).toString();

const BOUNDARY = 'doul-bench-boundary';

function multipart(parts: readonly [string, string][], file: string, content: Buffer): Buffer {
  const texts = parts.map(([name, value]) => `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${file}"; filename="clip.mp4"\r\ncontent-type: video/mp4\r\n\r\n`;
  return Buffer.concat([Buffer.from(texts.join('') + head), content, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

/** Makes requests in the words of a server. */
export class Dialect {
  constructor(readonly mapping: Mapping) {}

  has(name: Operation): boolean {
    return this.mapping.operations[name] !== undefined;
  }

  /** @throws Error when the mapping has no such operation */
  request(name: Operation, values: Values, file?: Buffer): Request {
    const found = this.mapping.operations[name];
    if (!found) throw new Error(`the mapping of ${this.mapping.name} has no operation ${name}`);
    const { token } = this.mapping;
    const carrier = (place: typeof token.in): [string, string][] =>
      token.in === place ? filled({ [token.name]: token.value }, values) : [];
    const query = [...filled(found.query, values), ...carrier('query')];
    const form = [...filled(found.form, values), ...(found.method === 'POST' ? carrier('form') : [])];
    const headers = Object.fromEntries(carrier('header'));
    const path = query.length > 0 ? `${found.path}?${encoded(query)}` : found.path;
    if (found.file !== undefined && file) {
      const type = `multipart/form-data; boundary=${BOUNDARY}`;
      return { method: found.method, path, headers: { ...headers, 'content-type': type }, body: multipart(form, found.file, file) };
    }
    if (found.json) {
      const body = JSON.stringify(Object.fromEntries(filled(found.json, values)));
      return { method: found.method, path, headers: { ...headers, 'content-type': 'application/json' }, body };
    }
    if (form.length === 0) return { method: found.method, path, headers };
    return {
      method: found.method,
      path,
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: encoded(form),
    };
  }
}

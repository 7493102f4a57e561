import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  'x-apifox-folder': string;
  'x-status-codes': number[];
  parameters?: { name: string; in: string }[];
  responses: Record<
    string,
    { content?: Record<string, { examples: Record<string, { value: { status_code: number; status_msg: string } }> }> }
  >;
}

interface Document {
  openapi: string;
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: Record<string, Record<string, unknown>>;
}

const text = readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8');
const document = JSON.parse(text) as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => [`${method} ${path}`, operation] as const),
);

describe('openapi.json', () => {
  it('is a 3.1 document with a relative address', () => {
    expect([document.openapi, document.servers[0]?.url]).toEqual(['3.1.0', '/']);
    expect(operations.length).toBeGreaterThanOrEqual(23);
  });
  it('refers only to what it holds', () => {
    const refs = [...text.matchAll(/"\$ref": "#\/components\/(\w+)\/(\w+)"/g)];
    expect(refs.length).toBeGreaterThan(0);
    for (const [, kind = '', name = ''] of refs) expect(document.components[kind], `${kind}/${name}`).toHaveProperty(name);
  });
  it('names each operation once', () => {
    const ids = operations.map(([, operation]) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });
  it.each(operations)('%s is in a folder, and shows an example of each of its codes', (_name, operation) => {
    expect(document.tags.map((tag) => tag.name)).toContain(operation['x-apifox-folder']);
    expect(operation.tags).toEqual([operation['x-apifox-folder']]);
    expect(operation.summary).not.toBe('');
    const examples = Object.values(operation.responses['200']?.content?.['application/json']?.examples ?? {});
    expect(examples.map((example) => example.value.status_code).sort()).toEqual([...operation['x-status-codes']].sort());
    for (const example of examples) expect(example.value.status_msg).not.toBe('');
  });
});

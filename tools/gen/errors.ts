import { errorTable } from '@doul/contracts';
import { code, groupBy, page, table } from './markdown.js';
import type { Generator } from './generator.js';
import { load, sources } from './repository.js';

/** docs/reference/errors.md: every code a client can see. */
export const errors: Generator = {
  name: 'errors',
  async generate() {
    await load(sources('.errors.ts'));
    const parts = groupBy(errorTable(), (row) => row.service).map(
      ([service, rows]) =>
        `## ${service}\n\n${table(
          ['status_code', 'name', 'HTTP', 'gRPC', 'English', 'Chinese'],
          rows.map((row) => [row.code, code(row.name), row.http ?? 200, row.grpc, row.en, row.zh]),
        )}`,
    );
    const about =
      'Every `status_code` an answer can carry; 0 is success. HTTP is 200 unless no client code handles the case. ' +
      'The text follows `Accept-Language`; `{placeholders}` are filled from the case. Codes are never reused.';
    return [{ path: 'docs/reference/errors.md', text: page('Errors', about, ...parts) }];
  },
};

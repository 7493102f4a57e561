import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseDdl, type DdlTable } from './ddl.js';
import type { Generator } from './generator.js';
import { code, groupBy, page, table } from './markdown.js';
import { root } from './repository.js';

/** The columns of a table; the remarks only where there is one. */
function columnTable(columns: DdlTable['columns']): string {
  const remarks = columns.some((column) => column.comment !== '');
  return table(
    ['column', 'type', ...(remarks ? ['what'] : [])],
    columns.map(({ name, type, comment }) => [code(name), type, ...(remarks ? [comment] : [])]),
  );
}

const section = ({ name, comment, columns, indexes }: DdlTable): string =>
  [
    `### ${name}`,
    ...(comment === '' ? [] : [comment]),
    columnTable(columns),
    indexes.map((index) => `- ${code(index.replaceAll('`', ''))}`).join('\n'),
  ].join('\n\n');

/** docs/reference/tables.md: every table, from ddl.sql. */
export const tables: Generator = {
  name: 'tables',
  generate() {
    const path = join(root, 'ddl.sql');
    const parsed = existsSync(path) ? parseDdl(readFileSync(path, 'utf8')) : [];
    const parts = groupBy(parsed, ({ schema }) => schema).map(([schema, all]) => [`## ${schema}`, ...all.map(section)].join('\n\n'));
    const about =
      'Every table of every service, from `ddl.sql`, which is the exact dump of the migrations. No service reads the tables of another.';
    return Promise.resolve([{ path: 'docs/reference/tables.md', text: page('Tables', about, ...parts) }]);
  },
};

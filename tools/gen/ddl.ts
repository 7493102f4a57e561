/** What ddl.sql says of one table. */
export interface DdlTable {
  schema: string;
  name: string;
  comment: string;
  columns: { name: string; type: string; comment: string }[];
  indexes: string[];
}

const commentOf = (text: string): string => (/COMMENT[ =]'((?:[^']|'')*)'/.exec(text)?.[1] ?? '').replaceAll("''", "'");

function column(line: string): DdlTable['columns'][number] | undefined {
  const match = /^`(\w+)` (.+?),?$/.exec(line);
  if (!match) return undefined;
  const [, name = '', rest = ''] = match;
  return { name, type: rest.replace(/ COMMENT '(?:[^']|'')*'/, '').trim(), comment: commentOf(rest) };
}

/** Reads the dump that `ddl.sql` is: `USE schema;` lines and CREATE TABLE statements, one column or index a line. */
export function parseDdl(sql: string): DdlTable[] {
  const tables: DdlTable[] = [];
  let schema = '';
  let current: DdlTable | undefined;
  for (const raw of sql.split('\n')) {
    const line = raw.trim();
    schema = /^USE `?(\w+)`?;/i.exec(line)?.[1] ?? schema;
    const created = /^CREATE TABLE (?:IF NOT EXISTS )?(?:`?(\w+)`?\.)?`?(\w+)`? \(/i.exec(line);
    if (created) {
      current = { schema: created[1] ?? schema, name: created[2] ?? '', comment: '', columns: [], indexes: [] };
      tables.push(current);
    } else if (current && line.startsWith(')')) {
      current.comment = commentOf(line);
      current = undefined;
    } else if (current) {
      const found = column(line);
      if (found) current.columns.push(found);
      else if (/(KEY|CONSTRAINT|CHECK)/.test(line)) current.indexes.push(line.replace(/,$/, ''));
    }
  }
  return tables;
}

import type { SqlParam } from '@doul/data';
import type { UserQuery, VideoQuery } from '../queries.js';
import { RANKING } from '../ranking.js';
import type { Page } from '../search-engine.js';
import { allOf, anyOf } from './hex-terms.js';

interface Statement {
  sql: string;
  params: SqlParam[];
}

/** A way to be found: ids, what they are worth, and whether the way alone is enough. */
const way = (table: string, worth: number, enough: boolean, where: string, ...params: SqlParam[]): Statement => ({
  sql: `SELECT id, ${worth} AS worth, ${enough ? 1 : 0} AS enough FROM ${table} WHERE ${where}`,
  params,
});

/** `LIKE` pattern of a prefix. */
const prefixPattern = (key: string): string => `${key.replace(/[\\%_]/g, (special) => `\\${special}`)}%`;

/** Sums the ways and keeps what comes strictly after the last hit. Scores are rounded so that they compare equal when they come back. */
function ranked(ways: readonly Statement[], score: Statement, from: string, { after, limit }: Page): Statement {
  const candidates = ways.map(({ sql }) => sql).join(' UNION ALL ');
  const sql = `SELECT id, score FROM (
    SELECT d.id, ROUND(${score.sql}, 6) AS score
    FROM (SELECT id, SUM(worth) AS worth FROM (${candidates}) AS ways GROUP BY id HAVING SUM(enough) > 0) AS c
    JOIN ${from}) AS ranked
    ${after ? 'WHERE score < ? OR (score = ? AND id < ?)' : ''} ORDER BY score DESC, id DESC LIMIT ?`;
  const position = after ? [after.score, after.score, after.id] : [];
  return { sql, params: [...score.params, ...ways.flatMap(({ params }) => params), ...position, limit] };
}

/** Rank of `ranking.ts` in SQL. */
export function mysqlVideoQuery({ terms, key, authorIds, now }: VideoQuery, page: Page): Statement {
  const { title, author, tag, wholeTitle, fresh, halfLifeMs, popular } = RANKING.video;
  const ways = [
    way('videos', wholeTitle, true, 'title_key = ?', key),
    way('videos', tag, false, 'MATCH (tags) AGAINST (? IN BOOLEAN MODE)', anyOf([...terms, key])),
  ];
  if (terms.length > 0) ways.push(way('videos', title, true, 'MATCH (terms) AGAINST (? IN BOOLEAN MODE)', allOf(terms)));
  if (authorIds.length > 0) ways.push(way('videos', author, true, 'author_id IN (?)', [...authorIds]));
  const score = {
    sql: `c.worth * (1E0 + ${fresh} * POW(0.5, ABS(? - d.published_at) / ${halfLifeMs}) + ${popular} * d.popularity)`,
    params: [now],
  };
  return ranked(ways, score, 'videos AS d ON d.id = c.id AND d.removed = 0', page);
}

export function mysqlUserQuery({ terms, key }: UserQuery, page: Page): Statement {
  const { whole, prefix } = RANKING.user;
  // UNION keeps an id once where both of its columns match.
  const either = (worth: number, condition: string, value: string): Statement => ({
    sql: `SELECT id, ${worth} AS worth, 1 AS enough FROM (SELECT id FROM users WHERE name_key ${condition}
      UNION SELECT id FROM users WHERE username_key ${condition}) AS named`,
    params: [value, value],
  });
  const ways = [either(whole, '= ?', key), either(prefix, 'LIKE ?', prefixPattern(key))];
  if (terms.length > 0) ways.push(way('users', RANKING.user.terms, true, 'MATCH (terms) AGAINST (? IN BOOLEAN MODE)', allOf(terms)));
  return ranked(ways, { sql: 'c.worth * 1E0', params: [] }, 'users AS d ON d.id = c.id', page);
}

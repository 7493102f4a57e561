import type { estypes } from '@elastic/elasticsearch';
import type { UserQuery, VideoQuery } from '../queries.js';
import { RANKING } from '../ranking.js';

type Query = estypes.QueryDslQueryContainer;

const worth = (boost: number, filter: Query): Query => ({ constant_score: { filter, boost } });

const allTerms = (terms: readonly string[]): Query => ({ bool: { filter: terms.map((term) => ({ term: { terms: term } })) } });

/** Relevance of `ranking.ts`; freshness and popularity multiply it. */
export function elasticVideoQuery({ terms, key, authorIds, now }: VideoQuery): Query {
  const { title, author, tag, wholeTitle, fresh, halfLifeMs, popular } = RANKING.video;
  const ways: Query[] = [worth(wholeTitle, { term: { title_key: key } })];
  if (terms.length > 0) ways.push(worth(title, allTerms(terms)));
  if (authorIds.length > 0) ways.push(worth(author, { terms: { author_id: [...authorIds] } }));
  return {
    function_score: {
      query: {
        bool: {
          filter: [{ term: { removed: false } }],
          must: [{ bool: { should: ways, minimum_should_match: 1 } }],
          should: [worth(tag, { terms: { tags: [...terms, key] } })],
        },
      },
      functions: [
        { weight: 1 },
        { weight: fresh, exp: { published_at: { origin: now, scale: halfLifeMs, decay: 0.5 } } },
        { field_value_factor: { field: 'popularity', factor: popular, missing: 0 } },
      ],
      score_mode: 'sum',
      boost_mode: 'multiply',
    },
  };
}

export function elasticUserQuery({ terms, key }: UserQuery): Query {
  const { whole, prefix } = RANKING.user;
  const either = (name: Query, username: Query): Query => ({ bool: { should: [name, username], minimum_should_match: 1 } });
  const ways: Query[] = [
    worth(whole, either({ term: { name_key: key } }, { term: { username_key: key } })),
    worth(prefix, either({ prefix: { name_key: key } }, { prefix: { username_key: key } })),
  ];
  if (terms.length > 0) ways.push(worth(RANKING.user.terms, allTerms(terms)));
  return { bool: { should: ways, minimum_should_match: 1 } };
}

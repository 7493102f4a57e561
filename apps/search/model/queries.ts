import { queryTokens } from '@doul/text';
import { keyOf, termsOf } from './terms.js';

/** Terms of a keyword beyond these are not looked for; a keyword has 64 characters at most. */
const MAX_TERMS = 16;

export interface UserQuery {
  /** All have to be found. Empty for a keyword without letters, which is compared as a whole only. */
  terms: string[];
  /** The keyword as a whole. */
  key: string;
}

export interface VideoQuery extends UserQuery {
  /** Users whose videos match whatever their titles. */
  authorIds: readonly number[];
  /** Unix ms from which freshness is counted: that of the first page, so that scores stay the same while somebody pages on. */
  now: number;
}

export const parseKeyword = (keyword: string): UserQuery => ({
  terms: termsOf(queryTokens(keyword)).slice(0, MAX_TERMS),
  key: keyOf(keyword),
});

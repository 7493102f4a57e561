/**
 * How both engines rank. A video's score is relevance × (1 + freshness + popularity). Relevance is a sum of constants and not
 * BM25: term statistics change with every document, and a page would not continue where the last one ended.
 */
export const RANKING = {
  video: {
    /** Every term of the keyword is in the title. */
    title: 1,
    /** The keyword is the author's name. */
    author: 0.75,
    /** A hashtag is one of the terms or the keyword: what a video says it is about. */
    tag: 0.5,
    /** The keyword is the whole title. */
    wholeTitle: 1,
    /** Freshness of a video published now; it halves every `halfLifeMs`. */
    fresh: 1,
    halfLifeMs: 14 * 86_400_000,
    /** For each doubling of the likes: 1,000 likes weigh as much as being new. */
    popular: 0.1,
  },
  user: {
    /** The keyword is the name or the username. */
    whole: 4,
    /** The name or the username starts with it. */
    prefix: 2,
    /** Every term of the keyword is in the name or the username. */
    terms: 1,
  },
} as const;

/**
 * Likes below which a video counts as not popular yet. Nearly every like of a video with few crosses a power of two, and such small
 * numbers hardly move it in a search; from here on a video has to double for the next event.
 */
const FIRST_LIKES = 16;

/** Class of a video by its likes: 0 below 16, then 4 for 16-31, 5 for 32-63, ... A change of class is worth re-indexing for search; a like is not. */
export const popularityClass = (favoriteCount: number): number => (favoriteCount < FIRST_LIKES ? 0 : Math.floor(Math.log2(favoriteCount)));

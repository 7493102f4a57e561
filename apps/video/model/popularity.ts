/** Class of a video by its likes: 0, 1-2, 3-6, 7-14, ... A change of class is worth re-indexing for search; a like is not. */
export const popularityClass = (favoriteCount: number): number => Math.floor(Math.log2(Math.max(0, favoriteCount) + 1));

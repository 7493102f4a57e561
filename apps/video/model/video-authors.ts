import { LRUCache } from 'lru-cache';

/** Videos whose author is remembered: two numbers each, some MB. */
const MAX_VIDEOS = 50_000;

/** Who made which video: that never changes, so those of videos that are asked for again and again are remembered. */
export class VideoAuthors {
  private readonly known: LRUCache<number, number>;

  constructor(maxVideos = MAX_VIDEOS) {
    this.known = new LRUCache({ max: maxVideos });
  }

  /** Authors by video; videos that do not exist are absent. @param read asks MySQL for those that are not remembered */
  async of(
    videoIds: readonly number[],
    read: (videoIds: readonly number[]) => Promise<ReadonlyMap<number, number>>,
  ): Promise<Map<number, number>> {
    const found = new Map<number, number>();
    const unknown: number[] = [];
    // Before anything is remembered anew, which may push out what this very question needs.
    for (const id of videoIds) {
      const author = this.known.get(id);
      if (author === undefined) unknown.push(id);
      else found.set(id, author);
    }
    if (unknown.length === 0) return found;
    for (const [id, author] of await read(unknown)) {
      found.set(id, author);
      this.known.set(id, author);
    }
    return found;
  }
}

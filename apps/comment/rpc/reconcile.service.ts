import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommentListRepository } from '../model/comment-list.repository.js';
import { CommentCounters } from '../model/counters.js';
import { pageLimit } from './cursor.js';

const MAX_PAGE = 500;
/** Changes that are under way look like differences: what differs is looked at again, this often and this far apart (ms). */
const LOOKS = 5;
const BETWEEN_MS = 250;

export interface ReconcilePage {
  differences: string[];
  checked: number;
  lastId: number;
  hasMore: boolean;
}

/** Compares the comments themselves with their stored counters and the copies that readers get. */
@Injectable()
export class ReconcileService {
  constructor(
    private readonly lists: CommentListRepository,
    private readonly counters: CommentCounters,
  ) {}

  async page(afterId: number, asked: number): Promise<ReconcilePage> {
    const limit = pageLimit(asked, MAX_PAGE);
    const found = await this.lists.videosAfter(afterId, limit + 1);
    const ids = found.slice(0, limit);
    let differences = await this.compare(ids);
    for (let look = 1; look < LOOKS && differences.size > 0; look += 1) {
      await sleep(BETWEEN_MS);
      differences = await this.compare([...differences.keys()]);
    }
    return { differences: [...differences.values()], checked: ids.length, lastId: ids.at(-1) ?? afterId, hasMore: found.length > limit };
  }

  private async compare(ids: readonly number[]): Promise<Map<number, string>> {
    if (ids.length === 0) return new Map();
    const [counted, stored, shown] = await Promise.all([
      this.lists.countVisible(ids),
      this.lists.storedCounts(ids),
      this.counters.getMany(ids),
    ]);
    const differences = new Map<number, string>();
    for (const id of ids) {
      const rows = counted.get(id) ?? 0;
      const mysql = stored.get(id) ?? 0;
      const redis = shown.get(id)?.comment_count ?? 0;
      if (rows !== mysql || mysql !== redis) differences.set(id, `comments of video ${id}: ${rows} rows, counter ${mysql}, shown ${redis}`);
    }
    return differences;
  }
}

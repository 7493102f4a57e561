import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check, Checked } from './difference.js';
import { FeedCheck } from './reconcile-feed.js';
import { LikeCheck } from './reconcile-likes.js';
import { CounterCheck } from './reconcile-counters.js';

/** Longer than a change takes to get everywhere: what still differs after it is wrong, not under way. In ms. */
const SETTLE_MS = 1_500;

/** Compares everything that is stored twice, page by page: `./doul reconcile` prints what it finds. */
@Injectable()
export class Reconciliation {
  private readonly checks: readonly (readonly [string, Check])[];

  constructor(counters: CounterCheck, likes: LikeCheck, feed: FeedCheck) {
    this.checks = [
      ['videos', (position, limit) => counters.videos(position, limit)],
      ['users', (position, limit) => counters.users(position, limit)],
      ['viewers', (position, limit) => likes.viewers(position, limit)],
      ['memberships', (position, limit) => likes.loaded(position, limit)],
      ['feed', (position, limit) => feed.page(position, limit)],
    ];
  }

  /**
   * @param cursor `check:position`; empty = the start
   * @returns one line a difference; an empty cursor at the end
   */
  async page(cursor: string, limit: number): Promise<{ differences: string[]; checked: number; nextCursor: string }> {
    const [name = '', position = ''] = cursor.split(':');
    const at = Math.max(
      0,
      this.checks.findIndex(([each]) => each === name),
    );
    const check = this.checks[at]?.[1];
    if (!check) return { differences: [], checked: 0, nextCursor: '' };
    const first = await check(position, limit);
    const lasting = first.differences.length === 0 ? [] : await this.lasting(first, () => check(position, limit));
    const following = first.next === undefined ? this.checks[at + 1]?.[0] : name || this.checks[0]?.[0];
    const nextCursor = following === undefined ? '' : `${following}:${first.next ?? ''}`;
    return { differences: lasting, checked: first.checked, nextCursor };
  }

  private async lasting(first: Checked, again: () => Promise<Checked>): Promise<string[]> {
    await sleep(SETTLE_MS);
    const before = new Set(first.differences.map((difference) => difference.key));
    return (await again()).differences.filter((difference) => before.has(difference.key)).map((difference) => difference.text);
  }
}

import type { CounterRow, CounterTable } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { UserCounters, VideoCounters } from './counters.js';
import { ReconcileRepository } from './reconcile.repository.js';
import type { Checked, Difference } from './difference.js';

/** Field by field: what is counted from rows, what MySQL's counter says, and what Redis's copy of it says, where there is one. */
function compare<F extends string>(
  kind: string,
  ids: readonly number[],
  fields: readonly F[],
  counted: Record<F, ReadonlyMap<number, number>>,
  stored: ReadonlyMap<number, CounterRow<F>>,
  copies: ReadonlyMap<number, CounterRow<F>>,
): Difference[] {
  return ids.flatMap((id) =>
    fields.flatMap((field) => {
      const rows = counted[field].get(id) ?? 0;
      const counter = stored.get(id)?.values[field] ?? 0;
      const copy = copies.get(id)?.values[field] ?? counter;
      if (rows === counter && counter === copy) return [];
      const text = `${kind} ${id}: ${field} is ${counter} in MySQL and ${copy} in Redis, but there are ${rows} rows`;
      return [{ key: `${kind}:${id}:${field}`, text }];
    }),
  );
}

const next = (ids: readonly number[], limit: number): string | undefined => (ids.length < limit ? undefined : String(ids.at(-1) ?? 0));

/** Compares counters with the rows they count. */
@Injectable()
export class CounterCheck {
  constructor(
    private readonly rows: ReconcileRepository,
    private readonly videoCounters: VideoCounters,
    private readonly userCounters: UserCounters,
  ) {}

  async videos(position: string, limit: number): Promise<Checked> {
    const videos = await this.rows.videosAfter(Number(position || 0), limit);
    const ids = videos.map((video) => video.id);
    const likes = await this.rows.likesOfVideos(ids);
    const differences = compare('video', ids, ['favorite_count'], { favorite_count: likes }, ...(await this.both(this.videoCounters, ids)));
    const haunted = videos.filter((video) => video.state === 'removed' && video.purged && (likes.get(video.id) ?? 0) > 0);
    const left = haunted.map(({ id }) => ({
      key: `purge:${id}`,
      text: `video ${id}: removed and purged, but ${likes.get(id) ?? 0} likes are left`,
    }));
    return { differences: [...differences, ...left], checked: ids.length, next: next(ids, limit) };
  }

  async users(position: string, limit: number): Promise<Checked> {
    const ids = await this.rows.usersAfter(Number(position || 0), limit);
    const counted = {
      work_count: await this.rows.worksPublished(ids),
      total_favorited: await this.rows.likesReceived(ids),
      favorite_count: await this.rows.likesGiven(ids),
    };
    const fields = ['work_count', 'total_favorited', 'favorite_count'] as const;
    const differences = compare('user', ids, fields, counted, ...(await this.both(this.userCounters, ids)));
    return { differences, checked: ids.length, next: next(ids, limit) };
  }

  private async both<F extends string>(
    table: CounterTable<F>,
    ids: readonly number[],
  ): Promise<[Map<number, CounterRow<F>>, Map<number, CounterRow<F>>]> {
    return Promise.all([table.stored(this.rows.database, ids), ids.length > 0 ? table.copy.read(ids) : new Map<number, CounterRow<F>>()]);
  }
}

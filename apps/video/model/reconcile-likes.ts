import { Injectable } from '@nestjs/common';
import { LikeRepository } from './like.repository.js';
import { MembershipScan } from './membership-scan.js';
import { ReconcileRepository } from './reconcile.repository.js';
import type { Checked, Difference } from './difference.js';

/** Compares memberships in Redis with rows in MySQL. */
@Injectable()
export class LikeCheck {
  constructor(
    private readonly rows: ReconcileRepository,
    private readonly likes: LikeRepository,
    private readonly memberships: MembershipScan,
  ) {}

  /** By viewers that MySQL knows. */
  async viewers(position: string, limit: number): Promise<Checked> {
    const ids = await this.rows.usersAfter(Number(position || 0), limit);
    return { differences: await this.compare(ids), checked: ids.length, next: ids.length < limit ? undefined : String(ids.at(-1) ?? 0) };
  }

  /** By memberships that Redis has: finds those of viewers whom MySQL has never heard of. */
  async loaded(position: string, limit: number): Promise<Checked> {
    const { viewerIds, cursor } = await this.memberships.scan(position || '0', limit);
    return { differences: await this.compare(viewerIds), checked: viewerIds.length, next: cursor === '0' ? undefined : cursor };
  }

  private async compare(viewerIds: readonly number[]): Promise<Difference[]> {
    const members = await this.memberships.members(viewerIds);
    const stored = new Map<number, Map<number, number>>();
    for (const { viewerId, videoId, likedAt } of await this.likes.likesOf([...members.keys()])) {
      stored.set(viewerId, (stored.get(viewerId) ?? new Map<number, number>()).set(videoId, likedAt));
    }
    return [...members].flatMap(([viewerId, own]) => {
      const rows = stored.get(viewerId) ?? new Map<number, number>();
      const ids = new Set([...own.keys(), ...rows.keys()]);
      const wrong = [...ids].filter((id) => own.get(id) !== rows.get(id));
      return wrong.map((id) => ({
        key: `like:${viewerId}:${id}`,
        text: `like of video ${id} by user ${viewerId}: ${own.get(id) ?? 'none'} in Redis, ${rows.get(id) ?? 'none'} in MySQL`,
      }));
    });
  }
}

import { Injectable } from '@nestjs/common';
import { LikeRepository } from './like.repository.js';
import { MembershipScan, type Membership } from './membership-scan.js';
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
    const whole = [...members].filter(([, { floor }]) => floor === 0);
    const stored = new Map<number, Map<number, number>>();
    for (const { viewerId, videoId, likedAt } of await this.likes.likesOf(whole.map(([viewerId]) => viewerId))) {
      stored.set(viewerId, (stored.get(viewerId) ?? new Map<number, number>()).set(videoId, likedAt));
    }
    const found: Difference[] = [];
    for (const [viewerId, membership] of members) {
      if (membership.floor > 0) found.push(...(await this.compareLarge(viewerId, membership)));
      else found.push(...differencesOf(viewerId, membership.likes, stored.get(viewerId) ?? new Map<number, number>()));
    }
    return found;
  }

  /** Of a viewer with very many likes: what Redis holds of them, that nothing is left of what was taken back, and their number. */
  private async compareLarge(viewerId: number, { floor, likes, unliked, total = 0 }: Membership): Promise<Difference[]> {
    const rows = new Map((await this.likes.likesAfter(viewerId, floor)).map(({ videoId, likedAt }) => [videoId, likedAt]));
    const found = differencesOf(viewerId, likes, rows);
    for (const id of await this.likes.likedUpTo(viewerId, [...unliked], floor)) {
      found.push({ key: `like:${viewerId}:${id}`, text: `like of video ${id} by user ${viewerId}: taken back in Redis, but in MySQL` });
    }
    const stored = (await this.rows.likesGiven([viewerId])).get(viewerId) ?? 0;
    if (stored !== total)
      found.push({ key: `likes:${viewerId}`, text: `likes of user ${viewerId}: ${total} in Redis, ${stored} in MySQL` });
    return found;
  }
}

/** Compares likes (video to Unix ms) as Redis has them with MySQL's. */
function differencesOf(viewerId: number, own: ReadonlyMap<number, number>, rows: ReadonlyMap<number, number>): Difference[] {
  const ids = new Set([...own.keys(), ...rows.keys()]);
  const wrong = [...ids].filter((id) => own.get(id) !== rows.get(id));
  return wrong.map((id) => ({
    key: `like:${viewerId}:${id}`,
    text: `like of video ${id} by user ${viewerId}: ${own.get(id) ?? 'none'} in Redis, ${rows.get(id) ?? 'none'} in MySQL`,
  }));
}

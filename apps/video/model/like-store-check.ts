import { addReadyCheck } from '@doul/runtime';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LikeRepository } from './like.repository.js';
import { LikeStore } from './like.store.js';

/** Refuses to serve with another number of like shards than the store was created with: likes would be looked for in wrong places. */
@Injectable()
export class LikeStoreCheck implements OnApplicationBootstrap {
  private checked: Promise<void> | undefined;

  constructor(
    private readonly store: LikeStore,
    private readonly rows: LikeRepository,
  ) {}

  onApplicationBootstrap(): void {
    addReadyCheck({ name: 'like-store', check: () => this.check() });
  }

  private check(): Promise<void> {
    this.checked ??= this.compare().catch((error: unknown) => {
      this.checked = undefined;
      throw error;
    });
    return this.checked;
  }

  private async compare(): Promise<void> {
    const shards = await this.rows.ensureShards(this.store.shards);
    if (shards !== this.store.shards) throw new Error(`LIKE_SHARDS is ${this.store.shards}, but the like store was created with ${shards}`);
  }
}

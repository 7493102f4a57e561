import { FOLLOWS_CHANGED, LIKES_CHANGED, viewerChangesOf, type ViewerChange } from '@doul/contracts';
import { redis, watchChannels, type ChannelWatch } from '@doul/data';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { CardChanges } from './card-changes.js';

export interface ViewerChangeListener {
  /** Viewers' likes, or their follows, are not what they were. A change without a member says only that. */
  liked(changes: readonly ViewerChange[]): void;
  followed(changes: readonly ViewerChange[]): void;
  /** Changes may have been missed: nothing that is kept can be believed. */
  reset(): void;
}

/** Messages older than this are certainly here, or nothing that is kept is believed, in ms. */
const TRUSTED_MS = 1_000;
/** Without a lookup for so long nobody listens, in ms: a process that shows no flags costs the others nothing. */
const UNUSED_MS = 5_000;

/**
 * Whose likes and follows change, as it happens. The message is in this process's socket before the viewer has their answer, so whoever
 * handles what has arrived (`arrived`) before they look at what they keep shows each viewer their own changes at once.
 */
@Injectable()
export class ViewerChanges implements OnModuleInit, OnModuleDestroy {
  private readonly listeners: ViewerChangeListener[] = [];
  private watch: ChannelWatch | undefined;
  private usedAt = -Infinity;
  private turn: Promise<void> | undefined;

  constructor(cards: CardChanges) {
    // Should the process that changes a follow die right after, or have no Redis, the change comes this way.
    cards.subscribe({
      changed: ({ userIds = [] }, by) =>
        by === 'friend' && this.listeners.forEach((listener) => listener.followed(userIds.map((viewerId) => ({ viewerId })))),
      reset: () => this.listeners.forEach((listener) => listener.reset()),
    });
  }

  onModuleInit(): void {
    this.watch = watchChannels({
      name: 'viewer-changes',
      client: redis,
      channels: [LIKES_CHANGED, FOLLOWS_CHANGED],
      onMessage: (channel, text, isOrdered) => {
        const changes = viewerChangesOf(text, isOrdered);
        for (const listener of this.listeners)
          if (channel === LIKES_CHANGED) listener.liked(changes);
          else listener.followed(changes);
      },
      onReset: () => this.listeners.forEach((listener) => listener.reset()),
      isWanted: () => Date.now() - this.usedAt < UNUSED_MS,
    });
  }

  async onModuleDestroy(): Promise<void> {
    await this.watch?.stop();
  }

  subscribe(listener: ViewerChangeListener): void {
    this.listeners.push(listener);
  }

  /** Whether all changes are heard of. @param now Unix ms */
  isWatched(now: number): boolean {
    this.usedAt = now;
    return this.watch !== undefined && this.watch.ageMs() < TRUSTED_MS;
  }

  /**
   * Resolves when everything has been handled that had arrived before the caller's request did: at the end of the next turn of the event
   * loop. The end of a connection is only read in the turn after the last that was sent on it.
   */
  arrived(): Promise<void> {
    this.turn ??= new Promise((resolve) =>
      setImmediate(() => {
        this.turn = undefined;
        setImmediate(resolve);
      }),
    );
    return this.turn;
  }
}

import { Injectable } from '@nestjs/common';

/** Whose cards may have changed. */
export interface Changes {
  videoIds: readonly number[];
  userIds: readonly number[];
}

export interface ChangeListener {
  changed(changes: Changes): void;
  /** Changes may have been missed: nothing that is kept can be believed. */
  reset(): void;
}

/** What changed lately in the services that cards are made of. */
@Injectable()
export class CardChanges {
  private readonly listeners: ChangeListener[] = [];

  subscribe(listener: ChangeListener): void {
    this.listeners.push(listener);
  }

  isWatched(): boolean {
    return false;
  }
}

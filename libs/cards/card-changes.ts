import { CommentServiceDefinition, ProfileServiceDefinition, RelationServiceDefinition, VideoServiceDefinition } from '@doul/contracts';
import { InjectRpc, watchChanges, type ApiClient, type ChangesAnswer, type ChangeWatch } from '@doul/rpc';
import type { RequestContext } from '@doul/runtime';
import { Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';

/** Services that note changes. */
export type Noting = 'video' | 'comment' | 'friend' | 'usercenter';

/** Whose cards may have changed. */
export interface Changes {
  videoIds?: readonly number[];
  userIds?: readonly number[];
}

export interface ChangeListener {
  changed(changes: Changes, by: Noting): void;
  /** Changes may have been missed: nothing that is kept can be believed. */
  reset(): void;
}

/** Notes older than this are no longer trusted to be all, in ms: with the way of a note they keep cards within a second. */
const TRUSTED_MS = 700;
/** How often the watches are asked how old their knowledge is, in ms: cards are looked up hundreds of thousands of times a second. */
const CHECK_MS = 20;
/** Without a lookup for so long nobody asks for changes, in ms: a process that serves no cards costs the others nothing. */
const UNUSED_MS = 5_000;

/** What changed lately in the services that cards are made of. */
@Injectable()
export class CardChanges implements OnModuleInit, OnModuleDestroy {
  private readonly listeners: ChangeListener[] = [];
  private watches: ChangeWatch[] = [];
  /** Of the latest lookup, at most `CHECK_MS` ago. */
  private checkedAt = 0;
  private watched = false;

  constructor(
    @InjectRpc(VideoServiceDefinition) private readonly videos: ApiClient<typeof VideoServiceDefinition>,
    @InjectRpc(CommentServiceDefinition) private readonly comments: ApiClient<typeof CommentServiceDefinition>,
    @InjectRpc(RelationServiceDefinition) private readonly relations: ApiClient<typeof RelationServiceDefinition>,
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: ApiClient<typeof ProfileServiceDefinition>,
  ) {}

  onModuleInit(): void {
    this.watches = [
      this.watch('video', (cursor, context) => this.videos.listVideoChanges({ cursor }, { context })),
      this.watch('comment', (cursor, context) => this.comments.listCommentChanges({ cursor }, { context })),
      this.watch('friend', (cursor, context) => this.relations.listRelationChanges({ cursor }, { context })),
      this.watch('usercenter', (cursor, context) => this.profiles.listProfileChanges({ cursor }, { context })),
    ];
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.watches.map((watch) => watch.stop()));
  }

  subscribe(listener: ChangeListener): void {
    this.listeners.push(listener);
  }

  /** Whether every change up to now minus `TRUSTED_MS` has been reported. @param now Unix ms */
  isWatched(now: number): boolean {
    if (now - this.checkedAt >= CHECK_MS) {
      this.checkedAt = now;
      this.watched = this.watches.length > 0 && this.watches.every((watch) => watch.ageMs() < TRUSTED_MS);
    }
    return this.watched;
  }

  private watch(name: Noting, poll: (cursor: string, context: RequestContext) => Promise<ChangesAnswer & Changes>): ChangeWatch {
    return watchChanges({
      name,
      poll,
      isWanted: () => Date.now() - this.checkedAt < UNUSED_MS,
      onChange: (changes) => this.listeners.forEach((listener) => listener.changed(changes, name)),
      onReset: () => this.listeners.forEach((listener) => listener.reset()),
    });
  }
}

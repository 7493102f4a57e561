import { FavoriteServiceDefinition, RelationServiceDefinition, bitsWhere, unpackIds, type ViewerChange } from '@doul/contracts';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { FreshCache, type FreshCacheOptions } from './fresh-cache.js';
import { changedSet, hasId, idSet, type IdSet } from './id-set.js';
import { ViewerChanges } from './viewer-changes.js';

/** All that a viewer likes, or all whom they follow. */
export interface ViewerSet {
  /** Undefined when there are too many to be kept. */
  readonly ids: IdSet | undefined;
}

/** Members of a set that is kept; of a viewer with more each page asks. */
const MAX_IDS = 1_000;
/** Of each kind: some 20,000 viewers with a hundred members. */
const MAX_BYTES = 16 << 20;
/** Of a set beside its ids: its object, its entry, and what V8 spends on an array of bytes. */
const OVERHEAD_BYTES = 400;
/** Bounds how long a change could stay unseen whose message Redis never sent, in ms. */
const MAX_AGE_MS = 60_000;
/** Viewers of one load, as the RPC layers take them. */
const MAX_BATCH = 64;
/** A page without flags soon is better than one with them late, in ms. */
const DEADLINE_MS = 800;

/** Bits that are not there are zeros. */
const NONE = new Uint8Array(0);

const setOf = (packed: Uint8Array, tooMany: boolean): ViewerSet => ({ ids: tooMany ? undefined : idSet(unpackIds(packed)) });

/** A set after a change; undefined when it has to be read to be known. */
function changed({ ids }: ViewerSet, { id, isIn }: NonNullable<ViewerChange['member']>): ViewerSet | undefined {
  if (!ids || (isIn && ids.length >= MAX_IDS)) return undefined;
  return { ids: changedSet(ids, id, isIn) };
}

/**
 * Messages come in the order of the changes. One of before a set was read makes it, for as long as the later ones are on their way, what it was
 * after that change; whoever has an answer to a later one finds it handled.
 */
function hear(cache: FreshCache<ViewerSet>, changes: readonly ViewerChange[]): void {
  for (const { viewerId, member } of changes)
    if (member) cache.change(viewerId, (set) => changed(set, member));
    else cache.forget([viewerId]);
}

/** A bit for each of the asked ids that is in the set. */
export const bitsAmong = (ids: IdSet, asked: readonly number[]): Uint8Array =>
  ids.length === 0 ? NONE : bitsWhere(asked.length, (at) => hasId(ids, asked[at] as number));

/** What viewers like and whom they follow, kept in this process while every change of it is heard of. */
@Injectable()
export class ViewerSets {
  readonly likes: FreshCache<ViewerSet>;
  readonly follows: FreshCache<ViewerSet>;

  constructor(
    @InjectRpc(FavoriteServiceDefinition) favorites: ApiClient<typeof FavoriteServiceDefinition>,
    @InjectRpc(RelationServiceDefinition) relations: ApiClient<typeof RelationServiceDefinition>,
    changes: ViewerChanges,
  ) {
    const cache = (name: string, load: FreshCacheOptions<ViewerSet>['load']): FreshCache<ViewerSet> =>
      new FreshCache({
        name,
        load,
        maxBytes: MAX_BYTES,
        bytesOf: ({ ids }) => OVERHEAD_BYTES + (ids?.byteLength ?? 0),
        isWatched: (now) => changes.isWatched(now),
        unwatchedMs: 0,
        maxAgeMs: MAX_AGE_MS,
        maxBatch: MAX_BATCH,
      });
    this.likes = cache('likes', async (viewerIds, context) => {
      const { sets } = await favorites.getLikedSets({ viewerIds: [...viewerIds], limit: MAX_IDS }, { context, deadlineMs: DEADLINE_MS });
      return new Map(sets.map(({ viewerId, videoIds, tooMany }) => [viewerId, setOf(videoIds, tooMany)]));
    });
    this.follows = cache('follows', async (viewerIds, context) => {
      const { sets } = await relations.getFollowedSets({ viewerIds: [...viewerIds], limit: MAX_IDS }, { context, deadlineMs: DEADLINE_MS });
      return new Map(sets.map(({ viewerId, userIds, tooMany }) => [viewerId, setOf(userIds, tooMany)]));
    });
    changes.subscribe({
      liked: (changes) => hear(this.likes, changes),
      followed: (changes) => hear(this.follows, changes),
      reset: () => {
        this.likes.reset();
        this.follows.reset();
      },
    });
  }
}

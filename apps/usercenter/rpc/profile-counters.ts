import { RelationServiceDefinition, VideoServiceDefinition, type AuthorCounters, type FollowCounters } from '@doul/contracts';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { childLog, metrics } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Breaker } from './breaker.js';

const log = childLog('usercenter');
const degraded = metrics.counter('doul_profile_degraded_total', 'Profiles answered with the last known counts because a service was away', [
  'part',
]);

/** Within the 2 s that callers of profiles wait, in ms: an old count is better than no profile, a fresh one better than both. */
const DEADLINE_MS = 1_400;
/** Users whose last known counts are kept for when a service is away: about 200 bytes each. */
const REMEMBERED_USERS = 20_000;

/** The latest rows seen, by user. */
class LastKnown<Row extends { userId: number }> {
  private readonly rows = new LRUCache<number, Row>({ max: REMEMBERED_USERS });

  /** The fresh rows when there are any, else what was last known of these users. */
  merge(userIds: readonly number[], fresh: readonly Row[] | undefined): Map<number, Row> {
    for (const row of fresh ?? []) this.rows.set(row.userId, row);
    return new Map(fresh?.map((row) => [row.userId, row]) ?? userIds.flatMap((id) => this.known(id)));
  }

  private known(id: number): [number, Row][] {
    const row = this.rows.get(id);
    return row ? [[id, row]] : [];
  }
}

/** What other services know about users. */
export interface Counts {
  follows: ReadonlyMap<number, FollowCounters>;
  works: ReadonlyMap<number, AuthorCounters>;
  /** Those of the asked ids that the viewer follows. */
  following: ReadonlySet<number>;
}

/** Asks friend and video, one batch each and at the same time. Whoever is away is answered for with what it said last, and counted. */
@Injectable()
export class ProfileCounters {
  constructor(
    @InjectRpc(RelationServiceDefinition) private readonly relations: RpcClient<typeof RelationServiceDefinition>,
    @InjectRpc(VideoServiceDefinition) private readonly videos: RpcClient<typeof VideoServiceDefinition>,
  ) {}

  private readonly known = { follows: new LastKnown<FollowCounters>(), works: new LastKnown<AuthorCounters>() };
  private readonly breakers = { follows: new Breaker(), works: new Breaker(), relations: new Breaker() };

  async of(userIds: number[], viewerId: number): Promise<Counts> {
    const options = { deadlineMs: DEADLINE_MS };
    const [follows, works, relations] = await Promise.all([
      this.ask('follows', () => this.relations.getFollowCounters({ userIds }, options)),
      this.ask('works', () => this.videos.getAuthorCounters({ userIds }, options)),
      viewerId === 0 ? undefined : this.ask('relations', () => this.relations.getRelations({ viewerId, userIds }, options)),
    ]);
    return {
      follows: this.known.follows.merge(userIds, follows?.counters),
      works: this.known.works.merge(userIds, works?.counters),
      following: new Set(relations?.following),
    };
  }

  private async ask<T>(part: keyof typeof this.breakers, question: () => Promise<T>): Promise<T | undefined> {
    const answer = await this.breakers[part].attempt(question, (error) => log.debug({ err: error, part }, 'no answer for profiles'));
    if (answer === undefined) degraded.inc({ part });
    return answer;
  }
}

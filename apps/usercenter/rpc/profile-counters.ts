import {
  RelationServiceDefinition,
  VideoServiceDefinition,
  type AuthorCounters,
  type FollowCounters,
} from '@doul/contracts';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { childLog, metrics } from '@doul/runtime';
import { Injectable } from '@nestjs/common';
import { Breaker } from './breaker.js';

const log = childLog('usercenter');
const degraded = metrics.counter('doul_profile_degraded_total', 'Profiles answered with zeros because a service was away', ['part']);

/** A profile without its counters is better than none, so they are not waited for long, in ms. */
const DEADLINE_MS = 600;

/** What other services know about users. */
export interface Counts {
  follows: ReadonlyMap<number, FollowCounters>;
  works: ReadonlyMap<number, AuthorCounters>;
  /** Those of the asked ids that the viewer follows. */
  following: ReadonlySet<number>;
}

/** Asks friend and video, one batch each and at the same time. Whoever is away is answered for with zeros, and counted. */
@Injectable()
export class ProfileCounters {
  constructor(
    @InjectRpc(RelationServiceDefinition) private readonly relations: RpcClient<typeof RelationServiceDefinition>,
    @InjectRpc(VideoServiceDefinition) private readonly videos: RpcClient<typeof VideoServiceDefinition>,
  ) {}

  private readonly breakers = { follows: new Breaker(), works: new Breaker(), relations: new Breaker() };

  async of(userIds: number[], viewerId: number): Promise<Counts> {
    const options = { deadlineMs: DEADLINE_MS };
    const [follows, works, relations] = await Promise.all([
      this.ask('follows', () => this.relations.getFollowCounters({ userIds }, options)),
      this.ask('works', () => this.videos.getAuthorCounters({ userIds }, options)),
      viewerId === 0 ? undefined : this.ask('relations', () => this.relations.getRelations({ viewerId, userIds }, options)),
    ]);
    return {
      follows: new Map(follows?.counters.map((row) => [row.userId, row])),
      works: new Map(works?.counters.map((row) => [row.userId, row])),
      following: new Set(relations?.following),
    };
  }

  private async ask<T>(part: keyof typeof this.breakers, question: () => Promise<T>): Promise<T | undefined> {
    const answer = await this.breakers[part].attempt(question, (error) => log.debug({ err: error, part }, 'no answer for profiles'));
    if (answer === undefined) degraded.inc({ part });
    return answer;
  }
}

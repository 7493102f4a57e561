import {
  RelationServiceDefinition,
  VideoServiceDefinition,
  type AuthorCounters,
  type FollowCounters,
} from '@doul/contracts';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { childLog, metrics } from '@doul/runtime';
import { Injectable } from '@nestjs/common';

const log = childLog('usercenter');
const degraded = metrics.counter('doul_profile_degraded_total', 'Profiles answered with zeros because a service was away', ['part']);

/** A profile without its counters is better than none, so they are not waited for long, in ms. */
const DEADLINE_MS = 1_000;

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

  async of(userIds: number[], viewerId: number): Promise<Counts> {
    const options = { deadlineMs: DEADLINE_MS };
    const follows = this.orNone('follow counters', this.relations.getFollowCounters({ userIds }, options), { counters: [] });
    const works = this.orNone('video counters', this.videos.getAuthorCounters({ userIds }, options), { counters: [] });
    const following =
      viewerId === 0
        ? { following: [] }
        : this.orNone('relations', this.relations.getRelations({ viewerId, userIds }, options), { following: [] });
    return {
      follows: new Map((await follows).counters.map((row) => [row.userId, row])),
      works: new Map((await works).counters.map((row) => [row.userId, row])),
      following: new Set((await following).following),
    };
  }

  private orNone<T>(part: string, answer: Promise<T>, none: T): Promise<T> {
    return answer.catch((error: unknown) => {
      degraded.inc({ part });
      log.debug({ err: error, part }, 'profiles are answered without a part');
      return none;
    });
  }
}

import { CommonErrors, FeedServiceDefinition, type ListFeedRequest, type ListFeedResponse } from '@doul/contracts';
import type { Layer } from '@doul/runtime';
import { Module, type Type } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { RpcController, rpcLayer, type RpcContext, type RpcHandlers } from './index.js';

/** What the `limit` of a question makes the fixture do. */
export const ASK = { echo: 1, refuse: 99, crash: 98, hang: 97 } as const;

/** A feed service that answers with the name of its instance, for the specs of this library. */
export function fixtureLayer(instance: number): Layer {
  @RpcController(FeedServiceDefinition)
  class FeedFixture implements RpcHandlers<typeof FeedServiceDefinition> {
    async listFeed(request: ListFeedRequest, context: RpcContext): Promise<ListFeedResponse> {
      if (request.limit === ASK.refuse) throw CommonErrors.INVALID_PARAMETER({ parameter: 'limit', problem: 'refused' });
      if (request.limit === ASK.crash) throw new Error('a secret of the database');
      if (request.limit === ASK.hang) await sleep(5_000, undefined, { ref: false });
      return { entries: [{ videoId: request.beforeMs, authorId: context.userId ?? 0, feedTimeMs: instance }] };
    }
  }
  @Module({ controllers: [FeedFixture as Type<unknown>] })
  class FixtureModule {}
  return rpcLayer(FixtureModule, { service: 'video' });
}

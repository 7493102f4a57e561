import { RelationKind, RelationServiceDefinition } from '@doul/contracts';
import { Endpoint, type AnswerOf, type Call, type InputOf } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { RelationLists } from './relation.lists.js';
import { listFollowers, listFollows, listFriends, setRelation } from './relation.schema.js';

@Controller()
export class RelationController {
  constructor(
    @InjectRpc(RelationServiceDefinition) private readonly relations: ApiClient<typeof RelationServiceDefinition>,
    private readonly lists: RelationLists,
  ) {}

  @Endpoint(setRelation)
  async set(input: InputOf<typeof setRelation>, call: Call): Promise<AnswerOf<typeof setRelation>> {
    const request = { userId: call.viewerId, toUserId: input.to_user_id, follow: input.action_type === 1 };
    await this.relations.setFollow(request, { context: call });
    return {};
  }

  @Endpoint(listFollows)
  follows(input: InputOf<typeof listFollows>, call: Call): Promise<AnswerOf<typeof listFollows>> {
    return this.lists.users(RelationKind.FOLLOWING, input, call);
  }

  @Endpoint(listFollowers)
  followers(input: InputOf<typeof listFollowers>, call: Call): Promise<AnswerOf<typeof listFollowers>> {
    return this.lists.users(RelationKind.FOLLOWER, input, call);
  }

  @Endpoint(listFriends)
  friends(input: InputOf<typeof listFriends>, call: Call): Promise<AnswerOf<typeof listFriends>> {
    return this.lists.friends(input, call);
  }
}

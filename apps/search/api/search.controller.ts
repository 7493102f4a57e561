import { Endpoint, type AnswerOf, type Call, type InputOf } from '@doul/http';
import { Controller } from '@nestjs/common';
import { searchEngine } from '../model/new-engine.js';
import { SearchHydrate } from './search.hydrate.js';
import { searchUsers, searchVideos } from './search.schema.js';
import { findUsers, findVideos } from './search.service.js';

@Controller()
export class SearchController {
  constructor(private readonly hydrate: SearchHydrate) {}

  @Endpoint(searchVideos)
  async videos(input: InputOf<typeof searchVideos>, call: Call): Promise<AnswerOf<typeof searchVideos>> {
    const load = (ids: number[]) => this.hydrate.foundVideos(ids, call.viewerId, input.keyword);
    const { items, nextCursor } = await findVideos(await searchEngine(), input, load);
    return { video_list: items, next_cursor: nextCursor, has_more: nextCursor !== '' };
  }

  @Endpoint(searchUsers)
  async users(input: InputOf<typeof searchUsers>, call: Call): Promise<AnswerOf<typeof searchUsers>> {
    const load = (ids: number[]) => this.hydrate.users(ids, call.viewerId);
    const { items, nextCursor } = await findUsers(await searchEngine(), input, load);
    return { user_list: items, next_cursor: nextCursor, has_more: nextCursor !== '' };
  }
}

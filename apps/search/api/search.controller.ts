import { Endpoint, type AnswerOf, type Call, type InputOf, type RawAnswer } from '@doul/http';
import { Controller } from '@nestjs/common';
import { searchEngine } from '../model/new-engine.js';
import { HotSearches } from './hot-searches.js';
import { SearchHydrate } from './search.hydrate.js';
import { searchUsers, searchVideos } from './search.schema.js';
import { findUsers, findVideos } from './search.service.js';

@Controller()
export class SearchController {
  private readonly searches = new HotSearches(searchEngine);

  constructor(private readonly hydrate: SearchHydrate) {}

  @Endpoint(searchVideos)
  async videos(input: InputOf<typeof searchVideos>, call: Call): Promise<RawAnswer> {
    const found = await findVideos(this.searches, input, (ids) => this.hydrate.videos(ids));
    return this.hydrate.videoPage(call, input.keyword, found);
  }

  @Endpoint(searchUsers)
  async users(input: InputOf<typeof searchUsers>, call: Call): Promise<AnswerOf<typeof searchUsers>> {
    const load = (ids: number[]) => this.hydrate.users(ids, call);
    const { items, nextCursor } = await findUsers(this.searches, input, load);
    return { user_list: items, next_cursor: nextCursor, has_more: nextCursor !== '' };
  }
}

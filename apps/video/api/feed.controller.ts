import { Endpoint, type Call, type InputOf, type RawAnswer } from '@doul/http';
import { Controller } from '@nestjs/common';
import { FeedPages } from './feed-pages.js';
import { listFeed } from './feed.schema.js';

@Controller()
export class FeedController {
  constructor(private readonly pages: FeedPages) {}

  @Endpoint(listFeed)
  list(input: InputOf<typeof listFeed>, call: Call): RawAnswer | Promise<RawAnswer> {
    return this.pages.page(input.latest_time, call);
  }
}

import { CardsModule } from '@doul/cards';
import { ProfileServiceDefinition } from '@doul/contracts';
import { apiLayer } from '@doul/http';
import { RpcModule } from '@doul/rpc';
import { warmSegmentation } from '@doul/text';
import { Module, type OnModuleInit } from '@nestjs/common';
import { SearchController } from './search.controller.js';
import { SearchHydrate } from './search.hydrate.js';

@Module({
  imports: [CardsModule, RpcModule.clients(ProfileServiceDefinition)],
  controllers: [SearchController],
  providers: [SearchHydrate],
})
export class SearchApiModule implements OnModuleInit {
  /** Before the first request instead of during it. */
  onModuleInit(): void {
    warmSegmentation();
  }
}

export const searchApi = apiLayer(SearchApiModule, { service: 'search', prefixes: ['/douyin/search'] });

import {
  CommentServiceDefinition,
  FavoriteServiceDefinition,
  ProfileServiceDefinition,
  RelationServiceDefinition,
  VideoServiceDefinition,
} from '@doul/contracts';
import { RpcModule } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { CardChanges } from './card-changes.js';
import { CardStore } from './card-store.js';
import { VideoPages } from './video-pages.js';
import { ViewerChanges } from './viewer-changes.js';
import { ViewerFlagReader } from './viewer-flags.js';
import { ViewerSets } from './viewer-sets.js';

/** Cards for API layers; layers that share a process share them. */
@Module({
  imports: [
    RpcModule.clients(
      CommentServiceDefinition,
      FavoriteServiceDefinition,
      ProfileServiceDefinition,
      RelationServiceDefinition,
      VideoServiceDefinition,
    ),
  ],
  providers: [CardChanges, CardStore, VideoPages, ViewerChanges, ViewerFlagReader, ViewerSets],
  exports: [CardChanges, CardStore, VideoPages, ViewerFlagReader],
})
export class CardsModule {}

import { ProfileServiceDefinition } from '@doul/contracts';
import { RpcModule, rpcLayer } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { FriendModelModule } from '../model/friend-model.module.js';
import { CounterProjection } from './counter-projection.js';
import { RelationRpc } from './relation.rpc.js';
import { RelationService } from './relation.service.js';

@Module({
  imports: [FriendModelModule, RpcModule.clients(ProfileServiceDefinition)],
  controllers: [RelationRpc],
  providers: [CounterProjection, RelationService],
})
export class FriendRpcModule {}

export const friendRpc = rpcLayer(FriendRpcModule, { service: 'friend' });

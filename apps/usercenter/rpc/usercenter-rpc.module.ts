import { RelationServiceDefinition, VideoServiceDefinition } from '@doul/contracts';
import { RpcModule, rpcLayer } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { UsercenterModelModule } from '../model/usercenter-model.module.js';
import { AccountService } from './account.service.js';
import { DefaultImages } from './default-images.js';
import { Passwords } from './passwords.js';
import { ProfileCounters } from './profile-counters.js';
import { ProfileService } from './profile.service.js';
import { SessionSweep } from './session-sweep.js';
import { SessionService } from './session.service.js';
import { Texts } from './texts.js';

@Module({
  imports: [UsercenterModelModule, RpcModule.clients(RelationServiceDefinition, VideoServiceDefinition)],
  controllers: [AccountService, SessionService, ProfileService],
  providers: [Passwords, ProfileCounters, DefaultImages, SessionSweep, { provide: Texts, useFactory: () => new Texts() }],
})
export class UsercenterRpcModule {}

export const usercenterRpc = rpcLayer(UsercenterRpcModule, { service: 'usercenter' });

import { AccountServiceDefinition, ProfileServiceDefinition, SessionServiceDefinition } from '@doul/contracts';
import { apiLayer } from '@doul/http';
import { RpcModule } from '@doul/rpc';
import { Module } from '@nestjs/common';
import { AccountController } from './account.controller.js';
import { ProfileImages } from './profile-images.js';
import { ProfileController } from './profile.controller.js';
import { SessionController } from './session.controller.js';

@Module({
  imports: [RpcModule.clients(AccountServiceDefinition, ProfileServiceDefinition, SessionServiceDefinition)],
  controllers: [AccountController, SessionController, ProfileController],
  providers: [ProfileImages],
})
export class UsercenterApiModule {}

export const usercenterApi = apiLayer(UsercenterApiModule, { service: 'usercenter', prefixes: ['/douyin/user'] });

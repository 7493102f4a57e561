import { CommonErrors, ProfileServiceDefinition, type UpdateProfileRequest } from '@doul/contracts';
import { Endpoint, userOf, type AnswerOf, type Call, type InputOf, type User } from '@doul/http';
import { InjectRpc, type RpcClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { UsercenterErrors } from '../usercenter.errors.js';
import { getUser, updateProfile } from './profile.schema.js';
import { ProfileImages } from './profile-images.js';

@Controller()
export class ProfileController {
  constructor(
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: RpcClient<typeof ProfileServiceDefinition>,
    private readonly images: ProfileImages,
  ) {}

  @Endpoint(getUser)
  async get(input: InputOf<typeof getUser>, call: Call): Promise<AnswerOf<typeof getUser>> {
    const id = input.user_id ?? call.viewerId;
    if (id === 0) throw CommonErrors.UNAUTHENTICATED();
    return { user: await this.user(id, call.viewerId) };
  }

  @Endpoint(updateProfile)
  async update(form: InputOf<typeof updateProfile>, call: Call): Promise<AnswerOf<typeof updateProfile>> {
    const { input, files } = await form.receive(
      (file) => this.images.store(file),
      (key) => this.images.remove([key]),
    );
    const change = { ...input, avatarKey: files.get('avatar'), backgroundKey: files.get('background_image') };
    if (Object.values(change).some((value) => value !== undefined)) await this.change(call.viewerId, change, [...files.values()]);
    return { user: await this.user(call.viewerId, call.viewerId) };
  }

  private async change(userId: number, change: Omit<UpdateProfileRequest, 'userId'>, stored: string[]): Promise<void> {
    try {
      const { replacedKeys } = await this.profiles.updateProfile({ userId, ...change });
      await this.images.remove(replacedKeys);
    } catch (error) {
      await this.images.remove(stored);
      throw error;
    }
  }

  private async user(id: number, viewerId: number): Promise<User> {
    const { profiles } = await this.profiles.getProfiles({ ids: [id], viewerId });
    if (!profiles[0]) throw UsercenterErrors.NO_SUCH_USER();
    return userOf(profiles[0]);
  }
}

import { CommonErrors, ProfileServiceDefinition, type UpdateProfileRequest } from '@doul/contracts';
import { Endpoint, userOf, type AnswerOf, type Call, type InputOf, type User } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { UsercenterErrors } from '../usercenter.errors.js';
import { getUser, updateProfile } from './profile.schema.js';
import { ProfileImages } from './profile-images.js';

@Controller()
export class ProfileController {
  constructor(
    @InjectRpc(ProfileServiceDefinition) private readonly profiles: ApiClient<typeof ProfileServiceDefinition>,
    private readonly images: ProfileImages,
  ) {}

  @Endpoint(getUser)
  async get(input: InputOf<typeof getUser>, call: Call): Promise<AnswerOf<typeof getUser>> {
    const id = input.user_id ?? call.viewerId;
    if (id === 0) throw CommonErrors.UNAUTHENTICATED();
    return { user: await this.user(id, call) };
  }

  @Endpoint(updateProfile)
  async update(form: InputOf<typeof updateProfile>, call: Call): Promise<AnswerOf<typeof updateProfile>> {
    const { input, files } = await form.receive(
      (file) => this.images.store(file),
      (key) => this.images.remove([key], call),
    );
    const change = { ...input, avatarKey: files.get('avatar'), backgroundKey: files.get('background_image') };
    if (Object.values(change).some((value) => value !== undefined)) await this.change(call, change, [...files.values()]);
    return { user: await this.user(call.viewerId, call) };
  }

  private async change(call: Call, change: Omit<UpdateProfileRequest, 'userId'>, stored: string[]): Promise<void> {
    try {
      const { replacedKeys } = await this.profiles.updateProfile({ userId: call.viewerId, ...change }, { context: call });
      await this.images.remove(replacedKeys, call);
    } catch (error) {
      await this.images.remove(stored, call);
      throw error;
    }
  }

  private async user(id: number, call: Call): Promise<User> {
    const { profiles } = await this.profiles.getProfiles({ ids: [id], viewerId: call.viewerId }, { context: call });
    if (!profiles[0]) throw UsercenterErrors.NO_SUCH_USER();
    return userOf(profiles[0]);
  }
}

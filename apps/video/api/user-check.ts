import { ProfileServiceDefinition } from '@doul/contracts';
import type { Call } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Injectable } from '@nestjs/common';
import { VideoErrors } from '../video.errors.js';

/** Tells an empty list from the list of nobody. */
@Injectable()
export class UserCheck {
  constructor(@InjectRpc(ProfileServiceDefinition) private readonly profiles: ApiClient<typeof ProfileServiceDefinition>) {}

  /** @throws DoulError NO_SUCH_USER */
  async require(userId: number, call: Call): Promise<void> {
    if (userId === call.viewerId) return;
    const { ids } = await this.profiles.exists({ ids: [userId] }, { context: call });
    if (ids.length === 0) throw VideoErrors.NO_SUCH_USER();
  }
}

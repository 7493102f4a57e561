import {
  CommonErrors,
  ProfileServiceDefinition,
  type ExistsRequest,
  type ExistsResponse,
  type GetProfilesRequest,
  type GetProfilesResponse,
  type ListProfileChangesRequest,
  type ListProfileChangesResponse,
  type Profile,
  type ScanUsersRequest,
  type ScanUsersResponse,
  type UpdateProfileRequest,
  type UpdateProfileResponse,
} from '@doul/contracts';
import { RpcController, type RpcHandlers } from '@doul/rpc';
import { objectStore } from '@doul/storage';
import { ProfileRepository, type ProfileChange, type StoredProfile } from '../model/profile.repository.js';
import { Profiles } from '../model/profiles.js';
import { UsercenterErrors } from '../usercenter.errors.js';
import { DEFAULT_AVATAR_KEY, DEFAULT_BACKGROUND_KEY, DEFAULT_SIGNATURE } from './default-images.js';
import { ProfileCounters, type Counts } from './profile-counters.js';
import { Texts } from './texts.js';

/** Users of one question, or of one page of a scan. */
const MAX_IDS = 1_000;

function viewOf(stored: StoredProfile, counts: Counts): Profile {
  const { id, username, name } = stored;
  const follows = counts.follows.get(id);
  const works = counts.works.get(id);
  return {
    id,
    username,
    name,
    signature: stored.signature || DEFAULT_SIGNATURE,
    avatar: objectStore().publicUrl(stored.avatarKey || DEFAULT_AVATAR_KEY),
    backgroundImage: objectStore().publicUrl(stored.backgroundKey || DEFAULT_BACKGROUND_KEY),
    followCount: follows?.followCount ?? 0,
    followerCount: follows?.followerCount ?? 0,
    isFollow: counts.following.has(id),
    totalFavorited: works?.totalFavorited ?? 0,
    workCount: works?.workCount ?? 0,
    favoriteCount: works?.favoriteCount ?? 0,
  };
}

function checkSize(ids: readonly number[]): void {
  if (ids.length > MAX_IDS) throw CommonErrors.INVALID_PARAMETER({ parameter: 'ids', problem: `has more than ${MAX_IDS} items` });
}

@RpcController(ProfileServiceDefinition)
export class ProfileService implements RpcHandlers<typeof ProfileServiceDefinition> {
  constructor(
    private readonly profiles: Profiles,
    private readonly repository: ProfileRepository,
    private readonly counters: ProfileCounters,
    private readonly texts: Texts,
  ) {}

  /** Profiles in the order of the ids; no SQL when warm. */
  async getProfiles({ ids, viewerId }: GetProfilesRequest): Promise<GetProfilesResponse> {
    checkSize(ids);
    if (ids.length === 0) return { profiles: [] };
    const unique = [...new Set(ids)];
    const [stored, counts] = await Promise.all([this.profiles.getMany(unique), this.counters.of(unique, viewerId)]);
    return { profiles: unique.flatMap((id) => (stored.has(id) ? viewOf(stored.get(id) as StoredProfile, counts) : [])) };
  }

  async exists({ ids }: ExistsRequest): Promise<ExistsResponse> {
    checkSize(ids);
    return { ids: [...(await this.profiles.getMany(ids)).keys()] };
  }

  /** @throws DoulError NO_SUCH_USER, TEXT_REFUSED */
  async updateProfile(request: UpdateProfileRequest): Promise<UpdateProfileResponse> {
    const change: ProfileChange = {};
    if (request.name !== undefined) {
      this.texts.checkName('name', request.name);
      change.name = request.name.trim();
    }
    if (request.signature !== undefined) change.signature = this.texts.signature(request.signature);
    if (request.avatarKey !== undefined) change.avatarKey = request.avatarKey;
    if (request.backgroundKey !== undefined) change.backgroundKey = request.backgroundKey;
    const before = await this.profiles.update(request.userId, change);
    if (!before) throw UsercenterErrors.NO_SUCH_USER();
    return { replacedKeys: replaced(before, change) };
  }

  async listProfileChanges({ cursor }: ListProfileChangesRequest): Promise<ListProfileChangesResponse> {
    const { ids: userIds, ...rest } = await this.profiles.changesSince(cursor);
    return { userIds, ...rest };
  }

  async scanUsers({ ids, afterId, limit }: ScanUsersRequest): Promise<ScanUsersResponse> {
    checkSize(ids);
    if (ids.length > 0) return { users: await this.repository.scanIds(ids), hasMore: false };
    const size = Math.min(Math.max(limit, 1), MAX_IDS);
    const users = await this.repository.scan(afterId, size + 1);
    return { users: users.slice(0, size), hasMore: users.length > size };
  }
}

/** Own pictures that a change took out of use. */
const replaced = (before: StoredProfile, change: ProfileChange): string[] =>
  (['avatarKey', 'backgroundKey'] as const)
    .filter((field) => before[field] !== '' && change[field] !== undefined && change[field] !== before[field])
    .map((field) => before[field]);

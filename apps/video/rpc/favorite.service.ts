import {
  FavoriteOutcome,
  CommonErrors,
  DoulError,
  FavoriteServiceDefinition,
  packIds,
  packedCount,
  type FavoritePage,
  type FavoritePageQuestion,
  type FlagQuestion,
  type GetFavoritePagesRequest,
  type GetFavoritePagesResponse,
  type GetFlagsRequest,
  type GetFlagsResponse,
  type GetLikedSetsRequest,
  type GetLikedSetsResponse,
  type SetFavoritesRequest,
  type SetFavoritesResponse,
} from '@doul/contracts';
import { RpcController, answerEach, type RpcHandlers } from '@doul/rpc';
import type { ListQuestion } from '../model/like-members.js';
import type { LikedVideo } from '../model/like.repository.js';
import { Likes, type LikeOutcome } from '../model/likes.js';
import { cut, parseCursor } from './cursor.js';
import { requireAtMost } from './limits.js';
import { PublishedVideos } from './published-videos.js';

const MAX_LIKES = 512;
const MAX_QUESTIONS = 64;
const MAX_IDS = 1_000;
/** Viewers of one question for whole sets, and members of one: an answer stays below 1 MB. */
const MAX_SETS = 64;
const MAX_SET = 2_000;
const NONE = new Uint8Array(0);
const NO_PAGE: FavoritePage = { videoIds: NONE, nextCursor: '' };

/** A question that cannot be answered fails alone. */
function problemOf({ ids }: FlagQuestion): DoulError | undefined {
  const count = packedCount(ids);
  if (count !== undefined && count <= MAX_IDS) return undefined;
  return CommonErrors.INVALID_PARAMETER({ parameter: 'ids', problem: `are not at most ${MAX_IDS} ids` });
}

const OUTCOMES: Record<LikeOutcome, FavoriteOutcome> = {
  changed: FavoriteOutcome.CHANGED,
  unchanged: FavoriteOutcome.UNCHANGED,
  unavailable: FavoriteOutcome.UNAVAILABLE,
};

@RpcController(FavoriteServiceDefinition)
export class FavoriteService implements RpcHandlers<typeof FavoriteServiceDefinition> {
  constructor(
    private readonly likes: Likes,
    private readonly videos: PublishedVideos,
  ) {}

  async setFavorites({ favorites }: SetFavoritesRequest): Promise<SetFavoritesResponse> {
    requireAtMost(MAX_LIKES, favorites, 'favorites');
    const visible = await this.videos.among(favorites.map((favorite) => favorite.videoId));
    const known = favorites.filter((favorite) => visible.has(favorite.videoId));
    const outcomes = (await this.likes.set(known))[Symbol.iterator]();
    return {
      outcomes: favorites.map((favorite) => {
        if (!visible.has(favorite.videoId)) return FavoriteOutcome.NO_SUCH_VIDEO;
        return OUTCOMES[outcomes.next().value ?? 'unavailable'];
      }),
    };
  }

  async getFlags({ questions }: GetFlagsRequest): Promise<GetFlagsResponse> {
    requireAtMost(MAX_QUESTIONS, questions, 'questions');
    const problems = questions.map(problemOf);
    const answers = (await this.likes.flags(questions.filter((_, at) => !problems[at])))[Symbol.iterator]();
    const results = problems.map((problem) => problem ?? (answers.next().value as Uint8Array | DoulError));
    return answerEach(
      results.map((bits) => (bits instanceof DoulError ? bits : { bits })),
      { bits: NONE },
    );
  }

  async getLikedSets({ viewerIds, limit }: GetLikedSetsRequest): Promise<GetLikedSetsResponse> {
    requireAtMost(MAX_SETS, viewerIds, 'viewer_ids');
    const sets = await this.likes.sets(viewerIds, Math.min(Math.max(0, limit), MAX_SET));
    return {
      sets: [...sets].map(([viewerId, ids]) =>
        ids === 'too many' ? { viewerId, videoIds: NONE, tooMany: true } : { viewerId, videoIds: packIds(ids), tooMany: false },
      ),
    };
  }

  async getFavoritePages({ questions }: GetFavoritePagesRequest): Promise<GetFavoritePagesResponse> {
    requireAtMost(MAX_QUESTIONS, questions, 'questions');
    const asked = questions.map(listQuestion);
    const good = asked.filter((question): question is ListQuestion => !(question instanceof DoulError));
    const firsts = (await this.likes.latestOfMany(good))[Symbol.iterator]();
    const results = asked.map(async (question) =>
      question instanceof DoulError ? question : this.favoritePage(question, firsts.next().value).catch(expected),
    );
    return answerEach(await Promise.all(results), NO_PAGE);
  }

  /** Removed videos are passed over, so a page is full unless the list ends. @param first the list's answer, if it has been read already */
  private async favoritePage(question: ListQuestion, first: LikedVideo[] | undefined): Promise<FavoritePage> {
    const { viewerId, limit: wanted } = question;
    const size = wanted - 1;
    const found: LikedVideo[] = [];
    for (let likes = first ?? (await this.likes.latest(viewerId, question.before, wanted)); ;) {
      const visible = await this.videos.among(likes.map((item) => item.videoId));
      found.push(...likes.filter((item) => visible.has(item.videoId)));
      if (likes.length < wanted || found.length > size) break;
      likes = await this.likes.latest(viewerId, likes.at(-1)?.likedAt ?? 0, wanted);
    }
    const { page, nextCursor } = cut(found, size, (item) => item.likedAt);
    return { videoIds: packIds(page.map((item) => item.videoId)), nextCursor };
  }
}

/** One like more than the page shows tells whether it is the last. A question that cannot be read fails alone. */
function listQuestion({ userId, cursor, limit }: FavoritePageQuestion): ListQuestion | DoulError {
  try {
    return { viewerId: userId, before: parseCursor(cursor), limit: Math.min(Math.max(1, limit), MAX_IDS) + 1 };
  } catch (error) {
    return expected(error);
  }
}

/** A question that fails as expected fails alone. */
function expected(error: unknown): DoulError {
  if (error instanceof DoulError) return error;
  throw error;
}

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
  type SetFavoritesRequest,
  type SetFavoritesResponse,
} from '@doul/contracts';
import { RpcController, answerEach, type RpcHandlers } from '@doul/rpc';
import { Likes, type LikeOutcome } from '../model/likes.js';
import { cut, parseCursor } from './cursor.js';
import { requireAtMost } from './limits.js';
import { PublishedVideos } from './published-videos.js';

const MAX_LIKES = 512;
const MAX_QUESTIONS = 64;
const MAX_IDS = 1_000;
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

  async getFavoritePages({ questions }: GetFavoritePagesRequest): Promise<GetFavoritePagesResponse> {
    requireAtMost(MAX_QUESTIONS, questions, 'questions');
    const results = questions.map((question) => this.favoritePage(question).catch(expected));
    return answerEach(await Promise.all(results), NO_PAGE);
  }

  /** Removed videos are passed over, so a page is full unless the list ends. */
  private async favoritePage({ userId, cursor, limit }: FavoritePageQuestion): Promise<FavoritePage> {
    const size = Math.min(Math.max(1, limit), MAX_IDS);
    const found: { videoId: number; likedAt: number }[] = [];
    for (let before = parseCursor(cursor); found.length <= size;) {
      const wanted = size + 1;
      const page = await this.likes.latest(userId, before, wanted);
      const visible = await this.videos.among(page.map((item) => item.videoId));
      found.push(...page.filter((item) => visible.has(item.videoId)));
      if (page.length < wanted) break;
      before = page.at(-1)?.likedAt ?? 0;
    }
    const { page, nextCursor } = cut(found, size, (item) => item.likedAt);
    return { videoIds: packIds(page.map((item) => item.videoId)), nextCursor };
  }
}

/** A question that fails as expected fails alone. */
function expected(error: unknown): DoulError {
  if (error instanceof DoulError) return error;
  throw error;
}

import { DoulError, type ListQuestion } from '@doul/contracts';
import { Injectable } from '@nestjs/common';
import { ListVersions } from '../model/list-versions.js';
import { CommentPages, type Page, type PagePlace } from './comment-pages.js';
import { pageLimit, readCursor } from './cursor.js';
import { VideoOwners } from './video-owners.js';

/** Comments of one page, at most. */
const MAX_PAGE = 1_000;

/** Answers questions for pages: one look at the versions of all their lists, and MySQL only for what has changed. */
@Injectable()
export class ListService {
  constructor(
    private readonly pages: CommentPages,
    private readonly versions: ListVersions,
    private readonly owners: VideoOwners,
  ) {}

  /**
   * Pages of what each viewer may see, newest first.
   *
   * @returns in the order of the questions, pages or NO_SUCH_VIDEO_TO_COMMENT, INVALID_PARAMETER for a foreign cursor, UNAVAILABLE
   */
  async list(questions: readonly ListQuestion[]): Promise<(Page | DoulError)[]> {
    const videoIds = [...new Set(questions.map((question) => question.videoId))];
    const [owners, versions] = await Promise.all([this.owners.of(videoIds), this.versions.read(videoIds)]);
    const answers = questions.map((question) => {
      const owner = owners.get(question.videoId);
      return owner instanceof DoulError ? Promise.resolve(owner) : this.answer(question, versions?.get(question.videoId));
    });
    return Promise.all(answers);
  }

  private async answer(question: ListQuestion, version: string | undefined): Promise<Page | DoulError> {
    try {
      return await this.pages.page(placeOf(question), version);
    } catch (error) {
      if (error instanceof DoulError) return error;
      throw error;
    }
  }
}

const placeOf = ({ videoId, viewerId, cursor, limit }: ListQuestion): PagePlace => ({
  videoId,
  viewerId,
  before: readCursor(cursor, Number.MAX_SAFE_INTEGER),
  limit: pageLimit(limit, MAX_PAGE),
});

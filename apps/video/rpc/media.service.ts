import {
  CommonErrors,
  DoulError,
  MediaServiceDefinition,
  type ChooseCoverRequest,
  type ChooseCoverResponse,
  type GetStatusRequest,
  type GetStatusResponse,
  type GetPlaylistRequest,
  type GetPlaylistResponse,
  type StatusAnswer,
  type StatusQuestion,
} from '@doul/contracts';
import { RpcController, answerEach, type RpcHandlers } from '@doul/rpc';
import { Cards } from '../model/cards.js';
import { CoverWishes } from '../model/cover-wishes.js';
import { StatusLog, type StatusEntry } from '../model/status-log.js';
import { stateOf, type StoredVideo } from '../model/video.js';
import { VideoErrors } from '../video.errors.js';
import { requireAtMost } from './limits.js';
import { Playlists } from './playlists.js';

const MAX_QUESTIONS = 64;
/** A whole history has about 60 entries. */
const MAX_ENTRIES = 200;

@RpcController(MediaServiceDefinition)
export class MediaService implements RpcHandlers<typeof MediaServiceDefinition> {
  constructor(
    private readonly cards: Cards,
    private readonly status: StatusLog,
    private readonly wishes: CoverWishes,
    private readonly playlists: Playlists,
  ) {}

  async getStatus({ questions }: GetStatusRequest): Promise<GetStatusResponse> {
    requireAtMost(MAX_QUESTIONS, questions, 'questions');
    const videos = await this.cards.getMany(questions.map(({ videoId }) => videoId));
    const answers = questions.map((question) => this.answer(question, videos.get(question.videoId)).catch(asAnswer));
    return answerEach(await Promise.all(answers), { entries: [] });
  }

  private async answer(question: StatusQuestion, video: StoredVideo | undefined): Promise<StatusAnswer> {
    const { userId, videoId, afterEntry, latest } = question;
    if (video?.authorId !== userId) throw VideoErrors.NO_SUCH_VIDEO();
    if (!latest) return { entries: (await this.status.after(videoId, afterEntry, MAX_ENTRIES)).map(entryOf) };
    const entry = (await this.status.latest(videoId)) ?? fromVideo(video, await this.status.withoutHistory(videoId));
    return { entries: [entryOf(entry)] };
  }

  async getPlaylist({ videoId, name }: GetPlaylistRequest): Promise<GetPlaylistResponse> {
    return { text: await this.playlists.text(videoId, name) };
  }

  async chooseCover({ userId, videoId, atMs }: ChooseCoverRequest): Promise<ChooseCoverResponse> {
    const outcome = await this.wishes.wish(userId, videoId, atMs);
    if (outcome === 'unknown') throw VideoErrors.NO_SUCH_VIDEO();
    if (outcome === 'not-published') throw VideoErrors.NOT_PUBLISHED();
    if (outcome === 'too-late') throw CommonErrors.INVALID_PARAMETER({ parameter: 'at_ms', problem: 'is behind the end of the video' });
    return {};
  }
}

/** A question that cannot be answered fails alone; anything else is a failure of the whole call. */
function asAnswer(error: unknown): DoulError {
  if (error instanceof DoulError) return error;
  throw error;
}

const entryOf = ({ id, happenedAt, state, percent, reason, renditions, complete }: StatusEntry): StatusAnswer['entries'][number] => ({
  id,
  happenedAtMs: happenedAt,
  state: stateOf(state),
  percent,
  reason,
  renditions: renditions === '' ? [] : renditions.split(','),
  complete: complete === 1,
});

/** Of a video whose history is trimmed: what is known of it now. */
const fromVideo = (
  { state, reason, createdAt, publishedAt }: StoredVideo,
  { renditions, complete }: Pick<StatusEntry, 'renditions' | 'complete'>,
): StatusEntry => ({
  id: 0,
  happenedAt: publishedAt || createdAt,
  state,
  percent: state === 'uploaded' ? 0 : 100,
  reason,
  renditions: state === 'published' ? renditions : '',
  complete,
});

import { MediaServiceDefinition, VideoState, type StatusEntry } from '@doul/contracts';
import { Endpoint, RawAnswer, type AnswerOf, type Call, type EventStream, type InputOf, type Language } from '@doul/http';
import { InjectRpc, type ApiClient } from '@doul/rpc';
import { Controller } from '@nestjs/common';
import { statusStream, type History } from './status-stream.js';
import { chooseCover, playlist, videoEvents, videoStatus } from './status.schema.js';
import { reasonText } from './video.view.js';

type Status = AnswerOf<typeof videoStatus>;

/** What clients see of each state. */
const SHOWN: Partial<Record<VideoState, Pick<Status, 'state' | 'step'>>> = {
  [VideoState.UPLOADED]: { state: 'uploaded', step: 'waiting' },
  [VideoState.PROBING]: { state: 'processing', step: 'probing' },
  [VideoState.TRANSCODING]: { state: 'processing', step: 'transcoding' },
  [VideoState.PUBLISHED]: { state: 'published', step: 'done' },
  [VideoState.REJECTED]: { state: 'rejected', step: 'done' },
  [VideoState.FAILED]: { state: 'failed', step: 'done' },
  [VideoState.REMOVED]: { state: 'removed', step: 'done' },
};
const UNKNOWN: Pick<Status, 'state' | 'step'> = { state: 'processing', step: 'waiting' };

/** How long one look at a history may take, in ms. */
const LOOK_MS = 2_000;

/** Signed addresses stay the same for hours; renditions are added within minutes. */
const CACHE = 'public, max-age=10';
const PLAYLIST_TYPE = 'application/vnd.apple.mpegurl';
const STORYBOARD_TYPE = 'text/vtt; charset=utf-8';

@Controller()
export class StatusController {
  constructor(@InjectRpc(MediaServiceDefinition) private readonly media: ApiClient<typeof MediaServiceDefinition>) {}

  @Endpoint(videoStatus)
  async status({ video_id }: InputOf<typeof videoStatus>, call: Call): Promise<Status> {
    const question = { userId: call.viewerId, videoId: video_id, afterEntry: 0, latest: true };
    const { entries } = await this.media.ask.getStatus(question, { context: call });
    return statusOf(video_id, entries.at(-1), call.language);
  }

  @Endpoint(videoEvents)
  async events({ video_id, last_event_id }: InputOf<typeof videoEvents>, call: Call): Promise<EventStream> {
    const ask = { userId: call.viewerId, videoId: video_id };
    const history: History = {
      after: async (id, context) =>
        (await this.media.ask.getStatus({ ...ask, afterEntry: id, latest: false }, { context, deadlineMs: LOOK_MS })).entries,
      latest: async (context) => (await this.media.ask.getStatus({ ...ask, afterEntry: 0, latest: true }, { context })).entries.at(-1),
    };
    const from = cursorOf(call.lastEventId) ?? last_event_id ?? 0;
    return statusStream(history, from, (entry) => statusOf(video_id, entry, call.language), call);
  }

  @Endpoint(playlist)
  async playlist({ video_id, name }: InputOf<typeof playlist>, call: Call): Promise<RawAnswer> {
    const { text } = await this.media.getPlaylist({ videoId: video_id, name: name ?? '' }, { context: call });
    return new RawAnswer(text, { type: name?.endsWith('.vtt') ? STORYBOARD_TYPE : PLAYLIST_TYPE, headers: ['cache-control', CACHE] });
  }

  @Endpoint(chooseCover)
  async cover({ video_id, at_ms }: InputOf<typeof chooseCover>, call: Call): Promise<AnswerOf<typeof chooseCover>> {
    await this.media.chooseCover({ userId: call.viewerId, videoId: video_id, atMs: at_ms }, { context: call });
    return {};
  }
}

/** A position in a history; what is none begins at the beginning. */
function cursorOf(text: string | undefined): number | undefined {
  const id = Number(text);
  return text !== undefined && text !== '' && Number.isSafeInteger(id) && id >= 0 ? id : undefined;
}

function statusOf(videoId: number, entry: StatusEntry | undefined, language: Language): Status {
  return {
    video_id: videoId,
    ...((entry && SHOWN[entry.state]) ?? UNKNOWN),
    percent: entry?.percent ?? 0,
    reason: reasonText(entry?.reason ?? '', language),
    renditions: entry?.renditions ?? [],
    complete: entry?.complete ?? false,
  };
}

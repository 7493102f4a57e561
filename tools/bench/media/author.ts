import { newUser, must, publishStreamed, type Actor, type VideoObject } from '@doul/testing';
import { setTimeout as sleep } from 'node:timers/promises';

/** Looking costs the machine something too: some ms of its processors for each. */
const LOOK_MS = 250;
const LIMIT_MS = 15 * 60_000;

interface Status {
  state: string;
  reason: string;
  renditions: string[];
}

/** Somebody who uploads clips and watches what becomes of them. */
export class Author {
  private constructor(private readonly actor: Actor) {}

  static async new(): Promise<Author> {
    return new Author(await newUser('bench'));
  }

  get token(): string {
    return this.actor.token;
  }

  /** Uploads a clip in one request; the video's id, and when the last byte had left (performance.now()). */
  async uploads(path: string, title: string): Promise<{ id: number; at: number }> {
    const { answer, sentAt: at } = await publishStreamed(path, this.token, title);
    if (answer.status_code !== 0) throw new Error(`the upload was refused: ${answer.status_code} ${answer.status_msg}`);
    const [video] = await this.actor.videosOf(this.actor);
    if (!video) throw new Error('the upload is not in the list of its author');
    return { id: video.id, at };
  }

  status(id: number): Promise<Status> {
    return must<Status>('GET', '/douyin/publish/status/', { query: { video_id: id }, token: this.token });
  }

  /** Waits until the video has so many renditions, the first of which publishes it. @throws Error when it is not published at all */
  async awaits(id: number, renditions: number, lookMs = LOOK_MS): Promise<number> {
    const since = Date.now();
    while (Date.now() < since + LIMIT_MS) {
      const status = await this.status(id);
      if (status.state === 'rejected' || status.state === 'failed') throw new Error(`the clip was ${status.state}: ${status.reason}`);
      if (status.renditions.length >= renditions) return performance.now();
      await sleep(lookMs);
    }
    throw new Error('a clip was not processed in time');
  }

  async video(id: number): Promise<VideoObject> {
    const found = (await this.actor.videosOf(this.actor)).find((video) => video.id === id);
    if (!found) throw new Error(`video ${id} is gone`);
    return found;
  }
}

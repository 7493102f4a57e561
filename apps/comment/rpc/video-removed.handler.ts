import { VideoRemovedEvent, type VideoChanged } from '@doul/contracts';
import { OnEvent } from '@doul/events';
import { Injectable } from '@nestjs/common';
import { CommentRepository } from '../model/comment.repository.js';

/** Comments taken away in one transaction: short enough to hold up nobody. */
const BATCH = 500;

/** Takes the comments of removed videos away. They are out of sight already, since a list asks whether its video exists. */
@Injectable()
export class VideoRemovedHandler {
  constructor(private readonly comments: CommentRepository) {}

  /** Repeating it finds nothing left, so no inbox is needed. */
  @OnEvent(VideoRemovedEvent, { queue: 'comment-rpc' })
  async purge({ videoId }: VideoChanged): Promise<void> {
    for (let removed = BATCH; removed > 0;) removed = await this.comments.purge(videoId, BATCH);
  }
}

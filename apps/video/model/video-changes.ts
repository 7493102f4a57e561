import { ChangeLog, RedisStore } from '@doul/data';
import { Injectable } from '@nestjs/common';
import { authorChangesKey, videoChangesKey } from '../video.keys.js';

export interface VideoChanges {
  videoIds: number[];
  userIds: number[];
  cursor: string;
  reset: boolean;
  more: boolean;
}

/** The logs of changed videos and of changed counters of users as one: its cursor is both cursors. */
@Injectable()
export class VideoChangeLog {
  private readonly videos: ChangeLog;
  private readonly users: ChangeLog;

  constructor(redis: RedisStore) {
    this.videos = new ChangeLog(redis, videoChangesKey);
    this.users = new ChangeLog(redis, authorChangesKey);
  }

  /** @throws DoulError UNAVAILABLE when Redis is away */
  async since(cursor: string): Promise<VideoChanges> {
    const [ofVideos = '', ofUsers = ''] = cursor.split('/');
    const [videos, users] = await Promise.all([this.videos.since(ofVideos), this.users.since(ofUsers)]);
    return {
      videoIds: videos.ids,
      userIds: users.ids,
      cursor: `${videos.cursor}/${users.cursor}`,
      reset: videos.reset || users.reset,
      more: videos.more || users.more,
    };
  }
}

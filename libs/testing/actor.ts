import { nanoid } from 'nanoid';
import { ask, fileBlob, must, type Answer } from './api-client.js';
import { clip, type ClipLook } from './clip-files.js';
import { eventually } from './eventually.js';
import type { CommentObject, FriendObject, MessageObject, UserObject, VideoObject } from './objects.js';

type Id = number | { id: number };
const idOf = (thing: Id): number => (typeof thing === 'number' ? thing : thing.id);

interface Page {
  next_cursor?: string;
  has_more?: boolean;
}

/** A person with the app in their hand: each method is something they do or see. */
export class Actor {
  constructor(
    readonly id: number,
    readonly name: string,
    readonly password: string,
    public token: string,
  ) {}

  private do(path: string, query: Record<string, unknown>): Promise<Answer> {
    return must('POST', path, { query, token: this.token });
  }

  // What they do

  /** Uploads a clip; resolves when the server has it, which is before it is published. */
  async uploads(title: string, look: ClipLook = {}): Promise<void> {
    const data = await fileBlob(await clip(look));
    await must('POST', '/douyin/publish/action/', { multipart: { title, token: this.token, data } });
  }

  /** Uploads a clip and waits until everybody can see it. */
  async publishes(title: string, look: ClipLook = {}): Promise<VideoObject> {
    await this.uploads(title, look);
    return this.awaits(title, 'published');
  }

  /** Waits until the own video of that title has reached a state. */
  awaits(title: string, state: string): Promise<VideoObject> {
    return eventually(async () => {
      const found = (await this.videosOf(this)).find((video) => video.title === title);
      if (found?.state !== state) throw new Error(`"${title}" is ${found?.state ?? 'absent'} (${found?.reason ?? ''}), not ${state}`);
      return found;
    });
  }

  async deletes(video: Id): Promise<void> {
    await this.do('/douyin/publish/delete/', { video_id: idOf(video) });
  }

  async likes(video: Id): Promise<void> {
    await this.do('/douyin/favorite/action/', { video_id: idOf(video), action_type: 1 });
  }

  async unlikes(video: Id): Promise<void> {
    await this.do('/douyin/favorite/action/', { video_id: idOf(video), action_type: 2 });
  }

  async comments(video: Id, comment_text: string): Promise<CommentObject> {
    const query = { video_id: idOf(video), action_type: 1, comment_text };
    return (await must<{ comment: CommentObject }>('POST', '/douyin/comment/action/', { query, token: this.token })).comment;
  }

  async deletesComment(video: Id, comment: Id): Promise<void> {
    await this.do('/douyin/comment/action/', { video_id: idOf(video), action_type: 2, comment_id: idOf(comment) });
  }

  async follows(user: Id): Promise<void> {
    await this.do('/douyin/relation/action/', { to_user_id: idOf(user), action_type: 1 });
  }

  async unfollows(user: Id): Promise<void> {
    await this.do('/douyin/relation/action/', { to_user_id: idOf(user), action_type: 2 });
  }

  async tells(user: Id, content: string): Promise<void> {
    await this.do('/douyin/message/action/', { to_user_id: idOf(user), action_type: 1, content });
  }

  async renames(name: string): Promise<void> {
    await this.do('/douyin/user/profile/', { name });
  }

  async logsIn(): Promise<void> {
    const query = { username: this.name, password: this.password };
    this.token = (await must<{ token: string }>('POST', '/douyin/user/login/', { query })).token;
  }

  async logsOut(): Promise<void> {
    await this.do('/douyin/user/logout/', {});
  }

  // What they see

  private async list<T>(path: string, field: string, query: Record<string, unknown>): Promise<T[]> {
    return (await must('GET', path, { query, token: this.token }))[field] as T[];
  }

  async user(user: Id = this): Promise<UserObject> {
    return (await must<{ user: UserObject }>('GET', '/douyin/user/', { query: { user_id: idOf(user) }, token: this.token })).user;
  }

  async feed(latest_time?: number): Promise<{ videos: VideoObject[]; next: number }> {
    const answer = await must<{ video_list: VideoObject[]; next_time: number }>('GET', '/douyin/feed/', {
      query: { latest_time },
      token: this.token,
    });
    return { videos: answer.video_list, next: answer.next_time };
  }

  videosOf(user: Id): Promise<VideoObject[]> {
    return this.list('/douyin/publish/list/', 'video_list', { user_id: idOf(user) });
  }

  favoritesOf(user: Id): Promise<VideoObject[]> {
    return this.list('/douyin/favorite/list/', 'video_list', { user_id: idOf(user) });
  }

  commentsOn(video: Id): Promise<CommentObject[]> {
    return this.list('/douyin/comment/list/', 'comment_list', { video_id: idOf(video) });
  }

  followedBy(user: Id): Promise<UserObject[]> {
    return this.list('/douyin/relation/follow/list/', 'user_list', { user_id: idOf(user) });
  }

  followersOf(user: Id): Promise<UserObject[]> {
    return this.list('/douyin/relation/follower/list/', 'user_list', { user_id: idOf(user) });
  }

  friends(): Promise<FriendObject[]> {
    return this.list('/douyin/relation/friend/list/', 'user_list', { user_id: this.id });
  }

  messagesWith(user: Id, pre_msg_time?: number): Promise<MessageObject[]> {
    return this.list('/douyin/message/chat/', 'message_list', { to_user_id: idOf(user), pre_msg_time });
  }

  findsVideos(keyword: string): Promise<VideoObject[]> {
    return this.list('/douyin/search/video/', 'video_list', { keyword });
  }

  findsUsers(keyword: string): Promise<UserObject[]> {
    return this.list('/douyin/search/user/', 'user_list', { keyword });
  }

  /** One video as this viewer sees it, through its author's list. */
  async looksAt(video: VideoObject): Promise<VideoObject> {
    const found = (await this.videosOf(video.author)).find((each) => each.id === video.id);
    if (!found) throw new Error(`video ${video.id} is not in its author's list`);
    return found;
  }

  /** All pages of a list that takes a cursor, walked to its end. */
  async walks<T extends { id: number }>(path: string, field: string, query: Record<string, unknown>): Promise<T[]> {
    const all: T[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page: Answer & Page = await must<Page>('GET', path, {
        query: { ...query, cursor, count: query['count'] ?? 20 },
        token: this.token,
      });
      all.push(...(page[field] as T[]));
      cursor = page.has_more === true ? page.next_cursor : undefined;
    }
    return all;
  }
}

/** Registers somebody new; the name gets a suffix so that every test has its own people. */
export async function newUser(name: string): Promise<Actor> {
  const username = `${name}_${nanoid(8)}`;
  const password = `secret-${nanoid(6)}`;
  const { user_id, token } = await must<{ user_id: number; token: string }>('POST', '/douyin/user/register/', {
    query: { username, password },
  });
  return new Actor(user_id, username, password, token);
}

export const newUsers = (...names: string[]): Promise<Actor[]> => Promise.all(names.map(newUser));

/** Somebody who has not logged in. */
export const stranger = {
  async feed(latest_time?: number): Promise<{ videos: VideoObject[]; next: number }> {
    const answer = await must<{ video_list: VideoObject[]; next_time: number }>('GET', '/douyin/feed/', { query: { latest_time } });
    return { videos: answer.video_list, next: answer.next_time };
  },
  ask,
};

import { fileBlob, type UserObject, type VideoObject } from '@doul/testing';
import { call, must } from './api.js';
import { passwordOf, type Person } from './people.js';

interface Session {
  user_id: number;
  token: string;
}

/** A logged-in member. What they do can be repeated: it has an effect once. */
export class Member {
  constructor(
    readonly person: Person,
    readonly id: number,
    private readonly token: string,
  ) {}

  /** Logs in; undefined when there is no such account with that password. */
  static async returning(person: Person): Promise<Member | undefined> {
    const query = { username: person.username, password: passwordOf(person) };
    const answer = await call<Session>('POST', '/douyin/user/login/', { query });
    return answer.status_code === 0 ? new Member(person, answer.user_id, answer.token) : undefined;
  }

  /** @throws Error when the name belongs to somebody else */
  static async joining(person: Person): Promise<Member> {
    const known = await Member.returning(person);
    if (known) return known;
    const query = { username: person.username, password: passwordOf(person) };
    const answer = await call<Session>('POST', '/douyin/user/register/', { query, key: `seed-person-${person.username}` });
    if (answer.status_code === 0) return new Member(person, answer.user_id, answer.token);
    throw new Error(`the account ${person.username} is not of the demo set, or cannot be made: ${answer.status_msg}`);
  }

  async profile(): Promise<UserObject> {
    return (await must<{ user: UserObject }>('GET', '/douyin/user/', { query: { user_id: this.id }, token: this.token })).user;
  }

  /** Own videos, in every state. */
  async videos(): Promise<VideoObject[]> {
    const query = { user_id: this.id };
    return (await must<{ video_list: VideoObject[] }>('GET', '/douyin/publish/list/', { query, token: this.token })).video_list;
  }

  async looksLike(avatar: Buffer, background: Buffer): Promise<void> {
    const picture = (bytes: Buffer): Blob => new Blob([new Uint8Array(bytes)], { type: 'image/png' });
    const multipart = { name: this.person.name, avatar: picture(avatar), background_image: picture(background) };
    await must('POST', '/douyin/user/profile/', { multipart, token: this.token });
  }

  async signs(): Promise<void> {
    const { signature } = this.person;
    if (signature !== '') await must('POST', '/douyin/user/profile/', { multipart: { signature }, token: this.token });
  }

  async publishes(title: string, path: string, key: string): Promise<void> {
    const multipart = { title, data: await fileBlob(path) };
    await must('POST', '/douyin/publish/action/', { multipart, token: this.token, key });
  }

  async follows(other: Member): Promise<void> {
    await this.act('/douyin/relation/action/', { to_user_id: other.id, action_type: 1 });
  }

  async likes(video: VideoObject): Promise<void> {
    await this.act('/douyin/favorite/action/', { video_id: video.id, action_type: 1 });
  }

  async comments(video: VideoObject, comment_text: string, key: string): Promise<void> {
    await this.act('/douyin/comment/action/', { video_id: video.id, action_type: 1, comment_text }, key);
  }

  async tells(other: Member, content: string, key: string): Promise<void> {
    await this.act('/douyin/message/action/', { to_user_id: other.id, action_type: 1, content }, key);
  }

  private async act(path: string, query: Record<string, unknown>, key?: string): Promise<void> {
    await must('POST', path, { query, token: this.token, ...(key === undefined ? {} : { key }) });
  }
}

import { eventually, type Actor, type CommentObject, type VideoObject } from '../index.js';

/** What the system has acknowledged to somebody, and therefore must never lose. */
export class Ledger {
  readonly likes = new Map<number, Set<number>>();
  readonly comments = new Map<number, string>();
  readonly messages: string[] = [];
  readonly follows = new Set<number>();
  /** Requests that failed; nothing is promised about those. */
  refused = 0;

  private async acknowledged(action: () => Promise<void>): Promise<void> {
    await action().catch(() => void (this.refused += 1));
  }

  like(viewer: Actor, video: VideoObject): Promise<void> {
    return this.acknowledged(async () => {
      await viewer.likes(video);
      this.likes.set(viewer.id, (this.likes.get(viewer.id) ?? new Set()).add(video.id));
    });
  }

  comment(author: Actor, video: VideoObject, text: string): Promise<void> {
    return this.acknowledged(async () => {
      const comment: CommentObject = await author.comments(video, text);
      this.comments.set(comment.id, text);
    });
  }

  message(from: Actor, to: Actor, text: string): Promise<void> {
    return this.acknowledged(async () => {
      await from.tells(to, text);
      this.messages.push(text);
    });
  }

  follow(follower: Actor, star: Actor): Promise<void> {
    return this.acknowledged(async () => {
      await follower.follows(star);
      this.follows.add(follower.id);
    });
  }

  get size(): number {
    const likes = [...this.likes.values()].reduce((sum, set) => sum + set.size, 0);
    return likes + this.comments.size + this.messages.length + this.follows.size;
  }
}

export interface Scene {
  star: Actor;
  fans: Actor[];
  videos: VideoObject[];
}

const missing = <T>(wanted: Iterable<T>, found: Iterable<T>): T[] => {
  const there = new Set(found);
  return [...wanted].filter((each) => !there.has(each));
};

/** Everything acknowledged that cannot be seen through the API any more; empty = nothing was lost. */
export async function lost(ledger: Ledger, { star, fans, videos }: Scene): Promise<string[]> {
  const losses: string[] = [];
  for (const fan of fans) {
    const liked = (await fan.favoritesOf(fan)).map((video) => video.id);
    losses.push(...missing(ledger.likes.get(fan.id) ?? [], liked).map((id) => `like of ${id} by ${fan.id}`));
    const sent = (await fan.messagesWith(star)).filter((message) => message.from_user_id === fan.id);
    const own = ledger.messages.filter((text) => text.startsWith(`${fan.id}:`));
    losses.push(
      ...missing(
        own,
        sent.map((message) => message.content),
      ).map((text) => `message ${text}`),
    );
  }
  const comments = (await Promise.all(videos.map((video) => star.commentsOn(video)))).flat();
  losses.push(
    ...missing(
      ledger.comments.keys(),
      comments.map((comment) => comment.id),
    ).map((id) => `comment ${id}`),
  );
  const followers = (await star.followersOf(star)).map((user) => user.id);
  losses.push(...missing(ledger.follows, followers).map((id) => `follow by ${id}`));
  return losses;
}

/** The counts that viewers see equal what the lists hold; checked until the followers of the log have caught up. */
export async function countsAgree({ star, fans, videos }: Scene): Promise<void> {
  await eventually(
    async () => {
      const lists = await Promise.all(fans.map((fan) => fan.favoritesOf(fan)));
      for (const video of videos) {
        const likers = lists.filter((list) => list.some((each) => each.id === video.id)).length;
        const seen = await star.looksAt(video);
        if (seen.favorite_count !== likers)
          throw new Error(`video ${video.id} shows ${seen.favorite_count} likes, ${likers} people like it`);
        const comments = await star.commentsOn(video);
        if (seen.comment_count !== comments.length)
          throw new Error(`video ${video.id} shows ${seen.comment_count} comments, it has ${comments.length}`);
      }
      const followers = await star.followersOf(star);
      const shown = (await star.user()).follower_count;
      if (shown !== followers.length) throw new Error(`${shown} followers shown, ${followers.length} listed`);
    },
    { within: 60_000, every: 500 },
  );
}

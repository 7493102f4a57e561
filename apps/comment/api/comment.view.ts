import type { Comment as StoredComment, Profile } from '@doul/contracts';
import { userOf, type Comment } from '@doul/http';
import { createDate } from './create-date.js';

/** Comments with their authors, in the order given; what has no author any more is left out. */
export function commentViews(comments: readonly StoredComment[], authors: readonly Profile[], timeZone: string): Comment[] {
  const users = new Map(authors.map((author) => [author.id, userOf(author)]));
  return comments.flatMap(({ id, userId, content, createdAtMs }) => {
    const user = users.get(userId);
    return user ? [{ id, user, content, create_date: createDate(createdAtMs, timeZone) }] : [];
  });
}

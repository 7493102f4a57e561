import type { Comment } from '@doul/contracts';
import { createDate } from './create-date.js';

/** A comment as JSON, cut where its author stands: `before`, the author's piece, `after`. */
export interface CommentPiece {
  readonly authorId: number;
  readonly before: Buffer;
  readonly after: Buffer;
}

export function commentPiece({ id, userId, content, createdAtMs }: Comment, timeZone: string): CommentPiece {
  return {
    authorId: userId,
    before: Buffer.from(`{"id":${id},"user":`),
    after: Buffer.from(`,"content":${JSON.stringify(content)},"create_date":"${createDate(createdAtMs, timeZone)}"}`),
  };
}

/** visible: everybody sees it. review: only its author, until somebody has read it. removed: nobody. */
export type CommentState = 'visible' | 'review' | 'removed';

export interface CommentRow {
  id: number;
  videoId: number;
  userId: number;
  content: string;
  state: CommentState;
  /** Unix ms. */
  createdAt: number;
}

/** Longest comment, in Unicode characters. */
export const MAX_COMMENT_LENGTH = 500;

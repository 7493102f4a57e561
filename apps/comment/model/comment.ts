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

export interface NewComment {
  videoId: number;
  userId: number;
  content: string;
  state: Exclude<CommentState, 'removed'>;
  /** Chosen by the client or for it: the author's second comment with the same one is the first comment again. */
  requestKey: string;
}

/** Longest comment, in Unicode characters. */
export const MAX_COMMENT_LENGTH = 500;

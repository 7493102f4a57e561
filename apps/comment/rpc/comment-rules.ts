import type { CommentRow, CommentState } from '../model/comment.js';

/** What the word filter found: its gravest level. */
export type Verdict = 'block' | 'review' | 'mask' | 'none';

/** The state that a comment starts in; undefined = it is refused. */
export const firstState = (worst: Verdict): Exclude<CommentState, 'removed'> | undefined =>
  worst === 'block' ? undefined : worst === 'review' ? 'review' : 'visible';

/** Whether a viewer can know of a comment. What is removed is known to nobody new, what is under review to its author. */
export const isVisibleTo = ({ state, userId }: Pick<CommentRow, 'state' | 'userId'>, viewerId: number): boolean =>
  state === 'visible' || (state === 'review' && userId === viewerId);

export type Deletion = 'delete' | 'done' | 'unknown' | 'forbidden';

/**
 * What becomes of a request to delete a comment. Its author and the video's author may; for them a repetition is done already. To
 * anybody else a comment that they cannot see does not exist.
 *
 * @param ownerId the video's author; undefined when the video is gone
 */
export function deletionOf(comment: Pick<CommentRow, 'state' | 'userId'>, viewerId: number, ownerId: number | undefined): Deletion {
  if (viewerId === comment.userId || viewerId === ownerId) return comment.state === 'removed' ? 'done' : 'delete';
  return isVisibleTo(comment, viewerId) ? 'forbidden' : 'unknown';
}

/**
 * Redis channels on which RPC layers say whose likes or follows have changed, in the same step as the change is made visible and before its
 * caller has an answer: `viewer`, or `viewer:member:time` with time 0 for what is no longer a member, with a semicolon between each two.
 */
export const LIKES_CHANGED = 'doul:likes-changed';
export const FOLLOWS_CHANGED = 'doul:follows-changed';

/** Something that a viewer does, or no longer does. */
export interface ViewerChange {
  readonly viewerId: number;
  /** What it is done to, when that is told. */
  readonly member?: { readonly id: number; readonly isIn: boolean } | undefined;
}

/**
 * The changes of a message, in their order.
 *
 * @param isOrdered whether it came once, and after all older ones: an old one that came late would undo what is newer, so it tells only whose
 * set has changed
 */
export function viewerChangesOf(text: string, isOrdered: boolean): ViewerChange[] {
  return text.split(';').map((change) => {
    const [viewerId = NaN, id, time] = change.split(':').map(Number);
    return { viewerId, member: id === undefined || !isOrdered ? undefined : { id, isIn: time !== 0 } };
  });
}

/**
 * Redis channels on which RPC layers say whose likes or follows have changed, in the same step as the change is made visible and before its
 * caller has an answer: ids with a comma between each two.
 */
export const LIKES_CHANGED = 'doul:likes-changed';
export const FOLLOWS_CHANGED = 'doul:follows-changed';

/** The ids of a message. */
export const viewersOf = (text: string): number[] => text.split(',').map(Number);

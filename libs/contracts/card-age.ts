/**
 * How long a process that answers clients may give a card that nobody has said to be changed, in ms. Whatever a card names has to be good for
 * longer than this: a signed address, for one.
 */
export const CARD_KEPT_MS = 600_000;

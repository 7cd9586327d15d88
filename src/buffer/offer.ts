/** The result of a buffer's `offer`. */
export type Offer = typeof ACCEPTED | typeof EVICTED | typeof REFUSED | typeof FULL;
/** The newcomer is queued. */
export const ACCEPTED = 0;
/** The newcomer is queued, and `victim` was pushed out for it. */
export const EVICTED = 1;
/** The newcomer is dropped: by `drop-newest`, or by `drop-oldest` since all queued values outrank it. */
export const REFUSED = 2;
/** The newcomer has no place: by `fail`, or by `block`, with which it may wait. */
export const FULL = 3;

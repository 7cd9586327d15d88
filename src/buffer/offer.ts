/** The answer of a buffer's `offer`. */
export type Offer = typeof ACCEPTED | typeof EVICTED | typeof REFUSED | typeof FULL;
/** The newcomer is queued. */
export const ACCEPTED = 0;
/** The newcomer is queued, and `victim` and `victimMeta` say what left for it. */
export const EVICTED = 1;
/** The newcomer is dropped: by `drop-newest`, or because everything queued outranks it. */
export const REFUSED = 2;
/** No place: by `fail`, or by `block`, whose newcomer may wait. */
export const FULL = 3;

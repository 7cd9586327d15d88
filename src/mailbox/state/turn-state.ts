/** How far a turn is. */
export type TurnState = typeof ON_STACK | typeof OPEN | typeof OVER | typeof ABANDONED;
/** Its handler has not returned. */
export const ON_STACK = 0;
/** Its handler has returned a promise, a stream or a delivery. */
export const OPEN = 1;
export const OVER = 2;
/** Aborted, and its promise not settled: it counts as over, but keeps its seat (rule M4). */
export const ABANDONED = 3;

/** What a turn holds in place of a stamp while it is on the stack, where the stamp is elsewhere. */
export const RUNS = 0;
/** What a dispatch says where no turn is on its stack. */
export const NOBODY = 0;
/** What is no stamp of any. */
export const NO_STAMP = -1;

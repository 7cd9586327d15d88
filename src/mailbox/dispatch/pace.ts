// How long a drain goes on (rule D4). In a file without imports: see `lane.ts`.

/** Messages of one mailbox in a row, before the next ready one has its visit. */
export const VISIT = 64;
/** The clock is read once for so many messages: a power of two, less one. */
export const READING_MASK = 31;
/** Milliseconds that a timer can wait for: `setTimeout` takes one more for none. Some 24 days. */
export const LONGEST_DELAY = 2_147_483_647;
/** Milliseconds after which a drain gives way to a macrotask. */
export const SLICE = 5;

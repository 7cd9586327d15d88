/** Where a message with a record is. */
export type RecordState = typeof FRESH | typeof WAITING | typeof HELD | typeof RUNNING | typeof DONE | typeof SHARED;
export const FRESH = 0;
/** Parked: its sender waits for a place (`overflow: 'block'`). */
export const WAITING = 1;
/** In a mailbox's queue. */
export const HELD = 2;
export const RUNNING = 3;
export const DONE = 4;
/** One for all targets of a fan-out. */
export const SHARED = 5;

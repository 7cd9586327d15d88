/**
 * State as bits, so that one test of `mailbox.flags | dispatch.flags` covers the whole fast path: 0 means "idle, open, attached,
 * unobserved, nothing queued: call the handler now".
 */

// A mailbox's ---------------------------------------------------------------------------------------

/** Newcomers are refused. */
export const CLOSED = 1;
/** Nobody receives: messages queue. */
export const IDLE_SEAT = 2;
/** Something is queued. */
export const QUEUED = 4;
/** Every turn it may have at once is open. */
export const BUSY = 8;
/** It drains on a scheduler, never on its sender's stack. */
export const SCHEDULED = 16;
/** It stands in its run queue. */
export const READY = 32;
/** Its actor's `onStart` is still to be called. */
export const UNSTARTED = 64;
/** Being emptied; or unregistered, and not used since: the first message moves it to a dispatch of its own. */
export const DETACHED = 128;
/** The queue can give nothing to run while one of these is set. */
export const STALLED: number = IDLE_SEAT | BUSY;

// A dispatch's, from bit 8 so that both fit one number ----------------------------------------------

/** A drain, a turn or an emission is on the stack: what is sent now is queued. */
export const DRAINING = 256;
/** A mailbox is ready, and the drain on the stack will find it. */
export const AWAITED = 512;
/** A fan-out is half way: the first send inside it queues the message for the rest. */
export const FANNING = 1024;
/** Somebody observes lifecycle events. */
export const OBSERVED = 2048;
/** The broker is closing or closed. */
export const CLOSING = 4096;
/** Messages are frozen before they are sent. */
export const FREEZING = 8192;
/** A drain has given way to a macrotask. */
export const SUSPENDED = 16384;
/** Observers are told that a message is sent: what one of them does, but for a look at the metrics, finds it at its mailboxes. */
export const OFFERING = 1048576;
/** Observers are told of a dead letter: a failure that they cause makes none. */
export const LETTING_KNOW = 524288;
/** While one of these is set, there is more to a send than its mailbox. */
export const LONG_WAY: number = FANNING | OBSERVED | CLOSING | FREEZING | SUSPENDED | LETTING_KNOW;
/** The turn on the stack was ended from within. */
export const CUT_SHORT = 32768;
/** The turn on the stack has a caller who waits for its reply. */
export const ASKED = 65536;
/** The turn on the stack is `stackTurn`: its signal was read, or it was ended. */
export const LOOKED_AT = 131072;
/** The mailbox whose turn is on the stack belongs to another dispatch now. */
export const MOVED = 262144;

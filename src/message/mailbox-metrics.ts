/** One mailbox in numbers. `accepted` is the sum of `delivered`, `size`, and the queued messages that were lost or cancelled. */
export interface MailboxMetrics {
  /** The most messages that it queues. `Infinity`: no bound. */
  readonly capacity: number;
  /** Messages queued now. */
  readonly size: number;
  /** The most messages that were ever queued at once. */
  readonly highWaterMark: number;
  /** Messages taken in: queued, or handed straight to the consumer. A message whose sender waits for a place is not taken in yet. */
  readonly accepted: number;
  /** Messages handed to the consumer. */
  readonly delivered: number;
  /** Messages that were refused, evicted, expired, timed out, cleared, or queued when the actor ended: those that `losses$` tells. */
  readonly lost: number;
  /** Turns that have begun and not ended. */
  readonly inFlight: number;
  /** How long its turns took, if the broker was made with `turnTimes: true` and a turn has ended. */
  readonly turnTimes?: TurnTimes;
}

/** How long turns took, from their begin until the reply has settled, by the broker's scheduler. */
export interface TurnTimes {
  /** How many turns have ended. */
  readonly count: number;
  /** The milliseconds of all of them. */
  readonly sum: number;
  /**
   * How many turns took at most 0.1, 1, 10, 100 and 1,000 milliseconds, and how many took longer. Each turn is counted once, in the first of
   * these that it fits.
   */
  readonly buckets: readonly number[];
}

/** The upper bounds of the buckets, in milliseconds. */
export const TURN_TIME_BOUNDS: readonly number[] = [0.1, 1, 10, 100, 1_000, Infinity];

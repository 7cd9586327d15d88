/** One mailbox in numbers. `accepted` is the sum of `delivered`, `size`, and the queued messages that were lost or cancelled. */
export interface MailboxMetrics {
  /** Messages that it queues at most. `Infinity`: no bound. */
  readonly capacity: number;
  /** Messages queued now. */
  readonly size: number;
  /** The most messages that were ever queued at once. */
  readonly highWaterMark: number;
  /** Messages taken in: queued, or handed straight to the consumer. A message whose sender waits for a place is not taken in yet. */
  readonly accepted: number;
  /** Messages handed to the consumer. */
  readonly delivered: number;
  /** Messages that were refused, evicted, expired, timed out or emptied out: those that `losses$` tells. */
  readonly lost: number;
  /** Turns that have begun and not ended. */
  readonly inFlight: number;
}

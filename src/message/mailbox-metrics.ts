/** One mailbox in numbers. `accepted = delivered + size + those of \`lost\` or cancelled that had been queued`. */
export interface MailboxMetrics {
  /** Messages that it queues at most. `Infinity`: no bound. */
  readonly capacity: number;
  /** Queued now. */
  readonly size: number;
  /** The most that was ever queued at once. */
  readonly highWaterMark: number;
  /** Taken in: queued or handed straight to the consumer. Senders that wait for a place are not in it yet. */
  readonly accepted: number;
  /** Handed to the consumer. */
  readonly delivered: number;
  /** Refused, evicted, expired, timed out or emptied: what `losses$` has told. */
  readonly lost: number;
  /** Turns open now. */
  readonly inFlight: number;
}

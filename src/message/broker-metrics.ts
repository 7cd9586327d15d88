import type { FailureCode } from '../failure/failure-code';

/** Why a message failed before it had a turn. */
export type FailureCount = FailureCode | 'NoRoute' | 'Cancelled';

/**
 * A broker in numbers. At every instant (rule O2): `totalSent = totalDelivered + totalFailed + pending`,
 * `totalDelivered = totalSucceeded + totalErrored + totalAborted + inFlight`, `totalFailed = Σ failedBy`.
 * A broadcast counts once for each target.
 */
export interface BrokerMetrics {
  /** Actors registered now. */
  readonly registeredActors: number;
  /** Messages sent, refused ones too. A broadcast or a publication counts once for each target. */
  readonly totalSent: number;
  /** Messages handed to an actor. */
  readonly totalDelivered: number;
  /** Messages that ended before they had a turn. */
  readonly totalFailed: number;
  /** Nanoseconds from the call of a send to the mailbox's answer: the mean over sampled sends (rule O5), 0 before the first sample. */
  readonly avgRoutingLatencyNs: number;
  /** Messages that are queued or wait for a place. */
  readonly pending: number;
  /** Turns that have begun and not ended. */
  readonly inFlight: number;
  /** Turns whose handler returned, whose promise was fulfilled, or whose stream completed or was left after a value. */
  readonly totalSucceeded: number;
  /** Turns whose handler threw or rejected, messages without a handler, and deliveries left unsettled. */
  readonly totalErrored: number;
  /** Turns that were ended from outside: cancelled, timed out, unregistered, closed. */
  readonly totalAborted: number;
  /** Callers that wait for a reply. */
  readonly openRequests: number;
  /** Dead letters, observed or not (rule O3). */
  readonly totalDeadLettered: number;
  /** `totalFailed` by its reasons. A reason that never occurred is 0. */
  readonly failedBy: Readonly<Record<FailureCount, number>>;
}

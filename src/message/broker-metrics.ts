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
  /** Messages sent to an actor, refused ones too; once for each target of a broadcast or publication. */
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
  /** Turns whose handler threw, rejected, had no handler for the message, or left its delivery unsettled. */
  readonly totalErrored: number;
  /** Turns that were ended from outside: cancelled, timed out, unregistered, closed. */
  readonly totalAborted: number;
  /** Callers that wait for a reply. */
  readonly openRequests: number;
  /** Dead letters made, whether or not anyone has observed them (rule O3). */
  readonly totalDeadLettered: number;
  /** `totalFailed` by its reasons; each is there, with 0 if it never occurred. */
  readonly failedBy: Readonly<Record<FailureCount, number>>;
}

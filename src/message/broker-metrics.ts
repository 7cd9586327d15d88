import type { FailureCode } from '../failure/failure-code';

/** Why messages failed before a handler saw them. */
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
  /** Handed to an actor. */
  readonly totalDelivered: number;
  /** Ended before a handler saw them. */
  readonly totalFailed: number;
  /** Nanoseconds from the call to the mailbox's answer, the mean over sampled sends (rule O5); 0 before the first sample. */
  readonly avgRoutingLatencyNs: number;
  /** Queued, or waiting for a place. */
  readonly pending: number;
  /** Turns that are open. */
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

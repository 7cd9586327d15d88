import type { FailureCode } from '../failure/failure-code';

/** Why messages failed before a handler saw them. */
export type FailureCount = FailureCode | 'NoRoute' | 'Cancelled';

/**
 * A broker in numbers. At every instant (rule O2): `totalSent = totalDelivered + totalFailed + pending`,
 * `totalDelivered = totalSucceeded + totalErrored + totalAborted + inFlight`, `totalFailed = Σ failedBy`.
 * A broadcast counts once for each target.
 */
export interface BrokerMetrics {
  readonly registeredActors: number;
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
  readonly totalSucceeded: number;
  readonly totalErrored: number;
  readonly totalAborted: number;
  /** Callers that wait for a reply. */
  readonly openRequests: number;
  readonly totalDeadLettered: number;
  readonly failedBy: Readonly<Record<FailureCount, number>>;
}

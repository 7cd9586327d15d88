import type { FailureCode } from '../failure/failure-code';

/** Why a message failed before it had a turn. */
export type FailureCount = FailureCode | 'NoRoute' | 'Cancelled';

/**
 * A broker in numbers. At every instant (rule O2): `totalSent = totalDelivered + totalFailed + pending`,
 * `totalDelivered = totalSucceeded + totalErrored + totalAborted + inFlight`, `totalFailed = Σ failedBy`.
 * A broadcast counts once for each target.
 */
export interface BrokerMetrics {
  readonly registeredActors: number;
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
  readonly totalSucceeded: number;
  readonly totalErrored: number;
  readonly totalAborted: number;
  /** Callers that wait for a reply. */
  readonly openRequests: number;
  readonly totalDeadLettered: number;
  readonly failedBy: Readonly<Record<FailureCount, number>>;
}

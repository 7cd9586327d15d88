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

/** A count of 0 for each. One literal: every broker makes it, and a loop over the codes was a fifth of what a broker costs. */
export function noFailures(): Record<FailureCount, number> {
  return {
    ActorNotFound: 0,
    ActorStopped: 0,
    MailboxFull: 0,
    Timeout: 0,
    Dropped: 0,
    Expired: 0,
    Deadlock: 0,
    Unhandled: 0,
    BrokerClosed: 0,
    NoRoute: 0,
    Cancelled: 0,
  };
}

/** What is counted; the totals follow from it. */
export type MetricCounts = Omit<BrokerMetrics, 'totalSent' | 'totalDelivered' | 'totalFailed'>;

/** Adds the totals up. */
export function metricsOf(counts: MetricCounts): BrokerMetrics {
  const totalFailed = Object.values(counts.failedBy).reduce((sum, count) => sum + count);
  const totalDelivered = counts.totalSucceeded + counts.totalErrored + counts.totalAborted + counts.inFlight;
  return { ...counts, totalDelivered, totalFailed, totalSent: totalDelivered + totalFailed + counts.pending };
}

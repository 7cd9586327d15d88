import type { BrokerMetrics, FailureCount } from '../message/broker-metrics';

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
    Rejected: 0,
    BrokerClosed: 0,
    NodeUnavailable: 0,
    ConnectionLost: 0,
    PayloadTooLarge: 0,
    Unserializable: 0,
    NoRoute: 0,
    Cancelled: 0,
  };
}

/** The counts from which the totals follow. */
export type MetricCounts = Omit<BrokerMetrics, 'totalSent' | 'totalDelivered' | 'totalFailed'>;

/** Adds the totals up. */
export function metricsOf(counts: MetricCounts): BrokerMetrics {
  const totalFailed = Object.values(counts.failedBy).reduce((sum, count) => sum + count);
  const totalDelivered = counts.totalSucceeded + counts.totalErrored + counts.totalAborted + counts.inFlight;
  return { ...counts, totalDelivered, totalFailed, totalSent: totalDelivered + totalFailed + counts.pending };
}

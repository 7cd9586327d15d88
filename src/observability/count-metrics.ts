import type { BrokerMetrics, FailureCount } from '../message/broker-metrics';

/** A count of 0 for each code. A literal, since every broker makes it: a loop over the codes took a fifth of the time to make a broker. */
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

/** Metrics without the totals that are sums of the others. */
export type MetricCounts = Omit<BrokerMetrics, 'totalSent' | 'totalDelivered' | 'totalFailed'>;

/** Adds the totals to the counts (rule O2). */
export function metricsOf(counts: MetricCounts): BrokerMetrics {
  const totalFailed = Object.values(counts.failedBy).reduce((sum, count) => sum + count);
  const totalDelivered = counts.totalSucceeded + counts.totalErrored + counts.totalAborted + counts.inFlight;
  return { ...counts, totalDelivered, totalFailed, totalSent: totalDelivered + totalFailed + counts.pending };
}

import type { BrokerMetrics } from 'rx-broker';

/** Whether the numbers of a broker agree with one another (rule O2). */
export function metricsAddUp(metrics: BrokerMetrics): boolean {
  const { totalSent, totalDelivered, totalFailed, pending, totalSucceeded, totalErrored, totalAborted, inFlight, failedBy } = metrics;
  return (
    totalSent === totalDelivered + totalFailed + pending &&
    totalDelivered === totalSucceeded + totalErrored + totalAborted + inFlight &&
    totalFailed === Object.values(failedBy).reduce((sum, count) => sum + count, 0)
  );
}

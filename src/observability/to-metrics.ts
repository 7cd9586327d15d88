import { type OperatorFunction, map, scan } from 'rxjs';
import type { BrokerEvent } from '../message/broker-event';
import type { BrokerMetrics } from '../message/broker-metrics';
import { type MetricCounts, metricsOf, noFailures } from './count-metrics';

/**
 * Makes metrics of `events$`: one snapshot for each event. It errors and completes with its source.
 *
 * Over all events of a broker the last snapshot equals `metrics()`, whenever nothing is left to tell. `avgRoutingLatencyNs` is 0, since no
 * event tells it.
 */
export function toMetrics(): OperatorFunction<BrokerEvent, BrokerMetrics> {
  return (events$) => events$.pipe(scan(count, none()), map(metricsOf));
}

function none(): MetricCounts {
  return {
    registeredActors: 0,
    avgRoutingLatencyNs: 0,
    pending: 0,
    inFlight: 0,
    totalSucceeded: 0,
    totalErrored: 0,
    totalAborted: 0,
    openRequests: 0,
    totalDeadLettered: 0,
    failedBy: noFailures(),
  };
}

const OUTCOMES = { succeeded: 'totalSucceeded', errored: 'totalErrored', aborted: 'totalAborted' } as const;

function count(counts: MetricCounts, event: BrokerEvent): MetricCounts {
  switch (event.kind) {
    case 'registered':
      return { ...counts, registeredActors: counts.registeredActors + 1 };
    case 'unregistered':
      return { ...counts, registeredActors: counts.registeredActors - 1 };
    case 'sent':
      return { ...counts, pending: counts.pending + 1, openRequests: counts.openRequests + (event.asked ? 1 : 0) };
    case 'delivered':
      return { ...counts, pending: counts.pending - 1, inFlight: counts.inFlight + 1 };
    case 'settled': {
      const outcome = OUTCOMES[event.outcome];
      return { ...counts, inFlight: counts.inFlight - 1, [outcome]: counts[outcome] + 1, openRequests: counts.openRequests - (event.asked ? 1 : 0) };
    }
    case 'failed':
      return {
        ...counts,
        pending: counts.pending - 1,
        openRequests: counts.openRequests - (event.asked ? 1 : 0),
        failedBy: { ...counts.failedBy, [event.code]: counts.failedBy[event.code] + 1 },
      };
    case 'dead-lettered':
      return { ...counts, totalDeadLettered: counts.totalDeadLettered + 1 };
    case 'queued':
    case 'closed':
      return counts;
  }
}

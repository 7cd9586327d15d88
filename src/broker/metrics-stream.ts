import { NEVER, Observable, catchError, interval, map, startWith, takeUntil } from 'rxjs';
import { LONGEST_DELAY } from '../kernel/timers';
import type { BrokerMetrics } from '../message/broker-metrics';
import type { BrokerParts } from './broker-parts';

/** The metrics of a broker: those of now, then each `metricsInterval`. It completes with the broker. */
export function metricsOf({ metrics, settings, system }: BrokerParts, snapshot: () => BrokerMetrics): Observable<BrokerMetrics> {
  const ended = new Observable<void>((subscriber) => metrics.add({ next() {}, complete: () => subscriber.next() }));
  return interval(Math.min(settings.metricsInterval, LONGEST_DELAY), settings.scheduler).pipe(
    startWith(0),
    // A stream of the broker never errors: without a scheduler the first snapshot is the only one.
    catchError((thrown: unknown) => {
      system.journal.callbackFailed('the scheduler', thrown);
      return NEVER;
    }),
    map(snapshot),
    takeUntil(ended),
  );
}

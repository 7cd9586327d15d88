import { Observable, Subscription, interval, startWith } from 'rxjs';
import { LONGEST_DELAY } from '../kernel/timers';
import type { BrokerMetrics } from '../message/broker-metrics';
import type { BrokerParts } from './broker-parts';

/** The metrics of a broker: those of now, then each `metricsInterval`. It completes with the broker. */
export function metricsOf({ dispatcher, metrics, settings, system }: BrokerParts, snapshot: () => BrokerMetrics): Observable<BrokerMetrics> {
  const { metricsInterval, scheduler } = settings;
  return new Observable((subscriber) => {
    const timing = new Subscription();
    subscriber.add(timing);
    const next = (): void => subscriber.next(snapshot());
    // The timer stops first, since `complete` of a subscriber may throw.
    const complete = (): void => {
      dispatcher.outbox.call(() => timing.unsubscribe());
      subscriber.complete();
    };
    subscriber.add(metrics.add({ next, complete }));
    if (timing.closed) return;
    const timer = interval(Math.min(metricsInterval, LONGEST_DELAY), scheduler).pipe(startWith(0));
    // A stream of the broker never errors: without a scheduler the first snapshot is the only one.
    const error = (thrown: unknown): void => system.journal.callbackFailed('the scheduler', thrown);
    timing.add(timer.subscribe({ next, error }));
  });
}

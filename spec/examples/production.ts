import type { BrokerMetrics, DeadLetter, DeadLetterQueue, FailureCount, MessageBroker, Redelivery } from 'rx-broker';
import { type Observable, type SchedulerLike, type Subscription, asyncScheduler, concatMap, filter, map, pairwise, timer } from 'rxjs';

/** Takes the newest value of a number. Behind it stands a gauge of the metrics library: `gauge.set(labels, value)`. */
export type RecordMetric = (name: string, value: number, labels?: Readonly<Record<string, string>>) => void;

/** Hands every number of every snapshot to a metrics library, until the broker has closed. */
export function recordMetrics(broker: MessageBroker, queue: DeadLetterQueue, record: RecordMetric): Subscription {
  return broker.metrics$.subscribe(({ failedBy, ...numbers }) => {
    for (const [name, value] of Object.entries(numbers)) record(name, value);
    for (const [code, value] of Object.entries(failedBy)) record('failedBy', value, { code });
    record('deadLettersHeld', queue.size);
    record('deadLettersEvicted', queue.evicted);
  });
}

/** Whether something is wrong, by two snapshots in a row. */
type Alarm = (now: BrokerMetrics, before: BrokerMetrics) => boolean;

const ALARMS: Readonly<Record<string, Alarm>> = {
  overloaded: rose('MailboxFull', 'Dropped', 'Expired'),
  slow: rose('Timeout'),
  misaddressed: rose('ActorNotFound', 'ActorStopped', 'NoRoute'),
  deadlocked: rose('Deadlock'),
  disconnected: rose('NodeUnavailable', 'ConnectionLost'),
  failing: (now, before) => now.totalErrored > before.totalErrored,
  stuck: (now, before) => now.pending > 0 && turnsEnded(now) === turnsEnded(before),
};

/** The names of the alarms that hold, at every snapshot of `metrics$` at which there are any. */
export function alarms(broker: MessageBroker): Observable<readonly string[]> {
  return broker.metrics$.pipe(
    pairwise(),
    map(([before, now]) => Object.keys(ALARMS).filter((name) => ALARMS[name]?.(now, before))),
    filter((names) => names.length > 0),
  );
}

function rose(...codes: FailureCount[]): Alarm {
  return (now, before) => codes.some((code) => now.failedBy[code] > before.failedBy[code]);
}

function turnsEnded({ totalSucceeded, totalErrored, totalAborted }: BrokerMetrics): number {
  return totalSucceeded + totalErrored + totalAborted;
}

export interface RedeliveryOptions {
  /** Milliseconds from one round to the next. */
  readonly interval: number;
  /** How often a message is sent at most, the first time included. */
  readonly attempts: number;
  /** Which letters. By default those of messages that no handler has seen. */
  readonly which?: (letter: DeadLetter) => boolean;
  readonly scheduler?: SchedulerLike;
}

/** Sends lost messages again, round by round, until it is unsubscribed. Emits what became of each. */
export function redeliverLost(queue: DeadLetterQueue, options: RedeliveryOptions): Observable<Redelivery> {
  const { interval, attempts, which = isUnseen, scheduler = asyncScheduler } = options;
  return timer(interval, interval, scheduler).pipe(concatMap(() => queue.redeliver((letter) => letter.attempts < attempts && which(letter))));
}

/** To send it again cannot do its work twice. */
export function isUnseen({ error, reason }: DeadLetter): boolean {
  return error === undefined && reason !== 'HandlerFailed';
}

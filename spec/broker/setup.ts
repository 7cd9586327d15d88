import { InMemoryMessageBroker, type BrokerMetrics, type BrokerOptions, type DeadLetter, type InMemoryMessageBroker as Broker } from 'rx-broker';
import { toMetrics } from 'rx-broker/operators';
import { type Observable, type SchedulerLike, type Subscription, asyncScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';
import { expectSame } from '../expect-same';

/** A broker that logs nothing, and what it lost. */
export function setup(options: BrokerOptions = {}): { broker: Broker; letters: DeadLetter[] } {
  const broker = new InMemoryMessageBroker({ logDeadLetters: false, ...options });
  const letters: DeadLetter[] = [];
  broker.deadLetters$.subscribe((letter) => letters.push(letter));
  return { broker, letters };
}

/** Virtual times are less than this: milliseconds since 1970. */
const REAL = 1e12;

/** The same with a real clock that stands still, or a pause of the machine would make a drain give way (D4). Virtual time goes on. */
export function setupStill(options: BrokerOptions = {}): ReturnType<typeof setup> {
  const scheduler = { now: () => Math.min(asyncScheduler.now(), REAL), schedule: asyncScheduler.schedule.bind(asyncScheduler) };
  return setup({ scheduler, ...options });
}

/** Runs `work` in virtual time; `at(ms, …)` does something then. */
export function virtually(work: (time: { at(ms: number, work: () => void): void; flush(): void }) => void): void {
  new TestScheduler((actual, expected) => expect(actual).toStrictEqual(expected)).run(({ cold, flush }) => {
    work({ at: (ms, then) => void cold(`${ms}ms (x|)`).subscribe(() => then()), flush });
  });
}

/** A clock that the spec sets. Its timers are real ones. */
export function clockAt(ms: number): { clock: { at: number; readings: number }; scheduler: SchedulerLike } {
  const clock = { at: ms, readings: 0 };
  const now = (): number => {
    clock.readings++;
    return clock.at;
  };
  return { clock, scheduler: { now, schedule: asyncScheduler.schedule.bind(asyncScheduler) } };
}

/** The event loop has run its timers: what gave way has gone on. */
export const macrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** What a subscription saw, and the observer that notes it. */
export class Seen {
  readonly values: unknown[] = [];
  completed = false;
  errored = false;
  error: unknown = undefined;
  readonly observer = {
    next: (value: unknown): void => {
      this.values.push(value);
    },
    error: (error: unknown): void => {
      this.errored = true;
      this.error = error;
    },
    complete: (): void => {
      this.completed = true;
    },
  };
}

/** Subscribes, and answers what is seen. */
export function watchFor(stream: Observable<unknown>): Seen & { subscription: Subscription } {
  const seen = new Seen();
  return Object.assign(seen, { subscription: stream.subscribe(seen.observer) });
}

/** The laws of O2. */
export function expectConserved(metrics: BrokerMetrics): void {
  expectSame(metrics.totalSent, metrics.totalDelivered + metrics.totalFailed + metrics.pending, 'totalSent');
  expectSame(metrics.totalDelivered, metrics.totalSucceeded + metrics.totalErrored + metrics.totalAborted + metrics.inFlight, 'totalDelivered');
  expectSame(metrics.totalFailed, Object.values(metrics.failedBy).reduce((sum, count) => sum + count, 0), 'totalFailed');
}

/** Counts from the broker's events. What this answers compares that with `metrics()`; to be called when nothing is left to tell (O1). */
export function countFromEvents(broker: Broker): () => void {
  let counted: BrokerMetrics | undefined;
  broker.events$.pipe(toMetrics()).subscribe((metrics) => (counted = metrics));
  return () => {
    expectConserved(broker.metrics());
    expect({ ...counted, avgRoutingLatencyNs: 0 }).toEqual({ ...broker.metrics(), avgRoutingLatencyNs: 0 });
  };
}

/** A promise with its ends in reach. */
export function deferred<T = unknown>(): { promise: Promise<T>; resolve(value: T): void; reject(error: unknown): void } {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

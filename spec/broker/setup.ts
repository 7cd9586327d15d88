import { InMemoryMessageBroker, type BrokerMetrics, type BrokerOptions, type DeadLetter, type InMemoryMessageBroker as Broker } from 'rx-broker';
import type { Observable, Subscription } from 'rxjs';
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

/** Runs `work` in virtual time; `at(ms, …)` does something then. */
export function virtually(work: (time: { at(ms: number, work: () => void): void; flush(): void }) => void): void {
  new TestScheduler((actual, expected) => expect(actual).toStrictEqual(expected)).run(({ cold, flush }) => {
    work({ at: (ms, then) => void cold(`${ms}ms (x|)`).subscribe(() => then()), flush });
  });
}

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

import { Observable, type OperatorFunction, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';

/** An operator, with the facts that its laws need. */
export interface OperatorUnderLaw {
  /** Makes the operator. It must emit one value at once for each of the values `1`, `2` and `3`. */
  create(): OperatorFunction<number, unknown>;
  /** Calls with a bad argument. */
  readonly badCalls?: readonly (() => unknown)[];
  /** Only for an operator that subscribes to a stream for each value. Makes one that subscribes to `inner` for each, two at once. */
  flatten?(inner: Observable<unknown>): OperatorFunction<number, unknown>;
}

export const VALUES = { a: 1, b: 2, c: 3 };

/** Runs `work` in virtual time, with marbles. */
export function inMarbles(work: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(work);
}

/** A hot stream that counts its subscriptions and unsubscriptions. */
export class Tapped<T = number> {
  readonly #subject = new Subject<T>();
  subscribed = 0;
  left = 0;
  readonly stream = new Observable<T>((subscriber) => {
    this.subscribed++;
    this.#subject.subscribe(subscriber);
    return () => {
      this.left++;
    };
  });

  get open(): number {
    return this.subscribed - this.left;
  }

  next(value: T): void {
    this.#subject.next(value);
  }

  error(error: unknown): void {
    this.#subject.error(error);
  }

  complete(): void {
    this.#subject.complete();
  }
}

/** Subscribes to a stream, and notes each notification as one word, in order. */
export function told(stream: Observable<unknown>): { readonly words: string[]; leave(): void } {
  const words: string[] = [];
  const subscription = stream.subscribe({
    next: () => words.push('value'),
    error: (error: unknown) => words.push(`error ${String(error)}`),
    complete: () => words.push('end'),
  });
  return { words, leave: () => subscription.unsubscribe() };
}

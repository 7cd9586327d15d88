import { Observable, type OperatorFunction, Subject } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';

/** An operator and what its laws need to know of it. */
export interface OperatorUnderLaw {
  /** Makes one that lets each of the values `1`, `2`, `3` through as one value, at once. */
  create(): OperatorFunction<number, unknown>;
  /** Calls with an argument that is out of range. */
  readonly badCalls?: readonly (() => unknown)[];
  /** Where it subscribes to a stream for each value: makes one that takes `inner` for every value, two of them at once. */
  flatten?(inner: Observable<unknown>): OperatorFunction<number, unknown>;
}

export const VALUES = { a: 1, b: 2, c: 3 };

/** Runs marbles. */
export function inMarbles(work: Parameters<TestScheduler['run']>[0]): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(work);
}

/** A hot stream that knows how often it was subscribed to, and how often it was left. */
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

/** What a subscriber is told, each as one word: how often, and in which order. */
export function told(stream: Observable<unknown>): { readonly words: string[]; leave(): void } {
  const words: string[] = [];
  const subscription = stream.subscribe({
    next: () => words.push('value'),
    error: (error: unknown) => words.push(`error ${String(error)}`),
    complete: () => words.push('end'),
  });
  return { words, leave: () => subscription.unsubscribe() };
}

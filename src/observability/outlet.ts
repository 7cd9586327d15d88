import { Observable, type Subscriber } from 'rxjs';

/**
 * Many observers of one source, as a `Subject` has them: whoever comes while something is told hears of what is next. Without what a
 * Subject does around each value, which was a quarter of what a dead letter costs.
 */
export class Outlet<T> {
  /** A new array after each change, so that one in use stays as it was. */
  #subscribers: readonly Subscriber<T>[] = [];
  #isOver = false;
  observed = false;

  get stream(): Observable<T> {
    return new Observable((subscriber) => {
      if (this.#isOver) {
        subscriber.complete();
        return undefined;
      }
      this.#subscribers = [...this.#subscribers, subscriber];
      this.observed = true;
      return () => {
        this.#subscribers = this.#subscribers.filter((other) => other !== subscriber);
        this.observed = this.#subscribers.length > 0;
      };
    });
  }

  next(value: T): void {
    const subscribers = this.#subscribers;
    for (let index = 0; index < subscribers.length; index++) (subscribers[index] as Subscriber<T>).next(value);
  }

  complete(): void {
    this.#isOver = true;
    for (const subscriber of this.#subscribers) subscriber.complete();
    this.#subscribers = [];
    this.observed = false;
  }
}

import { Observable } from 'rxjs';
import type { Dispatcher } from './dispatcher';

/** What an outlet tells: a Subscriber, or a part of the broker. */
export interface Listener<T> {
  next(value: T): void;
  complete(): void;
}

/**
 * One source for many observers, which tells by the outbox (rule D0): each value goes to those who listened when it was made, and have not
 * left since: a Subscriber that has left is closed.
 */
export class Outlet<T> {
  readonly #listeners = new Set<Listener<T>>();
  /** The same as an array, made anew after a change: thousands may leave in a row. */
  #snapshot: readonly Listener<T>[] | undefined = [];
  #isOver = false;
  observed = false;

  get stream(): Observable<T> {
    return new Observable((subscriber) => this.add(subscriber));
  }

  /** The same; `prepare` is called before an observer joins, `changed` when the first has come and when the last has left. */
  observing(prepare: () => void, changed: (change: 1 | -1) => void): Observable<T> {
    return new Observable((subscriber) => {
      prepare();
      if (!this.observed) changed(1);
      const leave = this.add(subscriber);
      if (!this.observed) changed(-1);
      return () => {
        const wasObserved = this.observed;
        leave();
        if (wasObserved && !this.observed) changed(-1);
      };
    });
  }

  /** Tells `listener` from now on; at once that it is over, where it is. Answers what takes it off again. */
  add(listener: Listener<T>): () => void {
    if (this.#isOver) {
      listener.complete();
      return () => undefined;
    }
    this.#listeners.add(listener);
    this.#changed();
    return () => {
      if (this.#listeners.delete(listener)) this.#changed();
    };
  }

  /** Adds the telling of `value` to the outbox. Only to be called where it is observed. */
  tell(dispatcher: Dispatcher, value: T): void {
    const listeners = this.listeners();
    dispatcher.add(() => {
      for (const listener of listeners) listener.next(value);
    });
  }

  /** Those who listen now. */
  listeners(): readonly Listener<T>[] {
    return (this.#snapshot ??= [...this.#listeners]);
  }

  complete(): void {
    this.#isOver = true;
    const listeners = this.listeners();
    this.#listeners.clear();
    this.#changed();
    for (const listener of listeners) listener.complete();
  }

  #changed(): void {
    this.#snapshot = undefined;
    this.observed = this.#listeners.size > 0;
  }
}

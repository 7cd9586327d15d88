import { Observable } from 'rxjs';
import type { Dispatcher } from './dispatcher';
import type { Outbox } from './outbox';

/** Receives what an outlet tells: a Subscriber, or a part of the broker. */
export interface Listener<T> {
  next(value: T): void;
  complete(): void;
}

/**
 * One source for many listeners, which tells by the outbox (rule D0). A value goes to those that listened when it was added to the outbox.
 * A Subscriber that has left since then is closed, and ignores the value.
 */
export class Outlet<T> {
  /** Made for the first listener: most outlets never have one, and a new broker has five of them. */
  #listeners: Set<Listener<T>> | undefined;
  /** The listeners as an array. After a change it is made when it is next needed, since thousands may leave in a row. */
  #snapshot: readonly Listener<T>[] | undefined = [];
  #isOver = false;
  /** Whether anyone listens. */
  observed = false;
  #stream: Observable<T> | undefined;

  /** The values of this outlet. Each read gives the same stream, since an `async` pipe subscribes again when it reads another one. */
  get stream(): Observable<T> {
    return (this.#stream ??= new Observable((subscriber) => this.add(subscriber)));
  }

  /** A stream that calls `prepare` before each observer joins, and `changed` when the first comes and when the last has left. */
  observing(prepare: () => void, changed: (change: 1 | -1) => void): Observable<T> {
    return new Observable((subscriber) => {
      prepare();
      const wasAlone = !this.observed;
      const leave = this.add(subscriber);
      if (wasAlone && this.observed) changed(1);
      return () => {
        const wasObserved = this.observed;
        leave();
        if (wasObserved && !this.observed) changed(-1);
      };
    });
  }

  /** Adds a listener. If the outlet is over, the listener completes at once. Returns a function that takes it off again. */
  add(listener: Listener<T>): () => void {
    if (this.#isOver) {
      listener.complete();
      return () => undefined;
    }
    const all = (this.#listeners ??= new Set());
    all.add(listener);
    this.#changed();
    return () => {
      if (all.delete(listener)) this.#changed();
    };
  }

  /** Adds the telling of `value` to the outbox. To be called only if the outlet is observed. */
  tell(dispatcher: Dispatcher, value: T): void {
    const listeners = this.listeners();
    const { outbox } = dispatcher;
    dispatcher.add(() => outbox.tellEach(listeners, value));
  }

  /** The listeners of now. This array does not change. */
  listeners(): readonly Listener<T>[] {
    return (this.#snapshot ??= [...(this.#listeners ?? [])]);
  }

  /** Completes all listeners. `outbox` reports the errors of those that throw. */
  complete(outbox: Outbox): void {
    this.#isOver = true;
    const listeners = this.listeners();
    this.#listeners?.clear();
    this.#changed();
    outbox.callEach(listeners, (listener) => listener.complete());
  }

  #changed(): void {
    this.#snapshot = undefined;
    this.observed = this.#listeners !== undefined && this.#listeners.size > 0;
  }
}

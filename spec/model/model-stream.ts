import type { ModelDispatcher } from './model-dispatcher';

/** A subscriber of a stream. */
export interface ModelListener {
  readonly closed: boolean;
  next(line: string): void;
  complete(): void;
}

/** A hot stream. The outbox tells each value to those that listened when the value was made. */
export class ModelStream {
  readonly #dispatcher: ModelDispatcher;
  #listeners: readonly ModelListener[] = [];

  constructor(dispatcher: ModelDispatcher) {
    this.#dispatcher = dispatcher;
  }

  add(listener: ModelListener): void {
    this.#listeners = [...this.#listeners, listener];
  }

  next(line: string): void {
    const listeners = this.#listeners;
    this.#dispatcher.later(() => {
      for (const listener of listeners) if (!listener.closed) listener.next(line);
    });
  }

  /** Completes. `atOnce`: now, without the outbox. */
  complete(atOnce = false): void {
    const listeners = this.#listeners;
    this.#listeners = [];
    const tell = (): void => {
      for (const listener of listeners) if (!listener.closed) listener.complete();
    };
    if (atOnce) tell();
    else this.#dispatcher.later(tell);
  }
}

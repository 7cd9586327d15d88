import { type Observer, type Subscriber, Subscription, type TeardownLogic } from 'rxjs';

/** The flow to which inner streams belong. */
export interface InnerOwner {
  /** Called when an inner stream has completed. */
  innerOver(inner: InnerSubscriber<any>): void;
}

/**
 * Passes an inner stream's values and error on to the consumer, and its completion to its flow.
 *
 * It is no `Subscriber`, but has all members that RxJS looks for (`isSubscriber`). So a synchronous inner stream costs one small object. A
 * Subscriber would cost three constructors and a place among the teardowns of its destination.
 */
export class InnerSubscriber<R> implements Observer<R> {
  readonly #out: Subscriber<R>;
  readonly #owner: InnerOwner;
  #isOver = false;
  #teardowns: Subscription | undefined;

  constructor(out: Subscriber<R>, owner: InnerOwner) {
    this.#out = out;
    this.#owner = owner;
  }

  /** Whether the inner stream is over or the consumer has left. A synchronous source stops then. */
  get closed(): boolean {
    return this.#isOver || this.#out.closed;
  }

  next(value: R): void {
    if (!this.#isOver) this.#out.next(value);
  }

  // If a teardown throws, the error goes to the producer, and the end is still passed on.

  error(error: unknown): void {
    if (this.#isOver) return;
    try {
      this.unsubscribe();
    } finally {
      this.#out.error(error);
    }
  }

  complete(): void {
    if (this.#isOver) return;
    try {
      this.unsubscribe();
    } finally {
      this.#owner.innerOver(this);
    }
  }

  unsubscribe(): void {
    this.#isOver = true;
    this.#teardowns?.unsubscribe();
  }

  add(teardown: TeardownLogic): void {
    if (teardown === undefined) return;
    this.#teardowns ??= new Subscription();
    if (this.#isOver) this.#teardowns.unsubscribe();
    this.#teardowns.add(teardown);
  }

  remove(teardown: Exclude<TeardownLogic, void>): void {
    this.#teardowns?.remove(teardown);
  }
}

import { type Observer, type Subscriber, Subscription, type TeardownLogic } from 'rxjs';

/** What inner streams belong to. */
export interface InnerOwner {
  /** An inner stream completed. */
  innerOver(inner: InnerSubscriber<any>): void;
}

/**
 * Passes an inner stream's values on, and its end to its flow.
 *
 * It is no `Subscriber`, but has all that RxJS asks of one (`isSubscriber` looks for these members): a synchronous inner stream then
 * costs one small object, where a Subscriber costs three constructors and a place among its destination's teardowns.
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

  /** Over, or its consumer has left: a synchronous source stops before its end. */
  get closed(): boolean {
    return this.#isOver || this.#out.closed;
  }

  next(value: R): void {
    if (!this.#isOver) this.#out.next(value);
  }

  // What its teardown throws is its producer's, and holds nothing up.

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

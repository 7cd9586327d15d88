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
 *
 * RxJS 5 and 6, and libraries with observers of their own, call it through an object derived from it or through a Proxy. So it has no
 * `#private` state, and its methods read and write the fields of `self`.
 */
export class InnerSubscriber<R> implements Observer<R> {
  readonly self: this = this;
  readonly out: Subscriber<R>;
  readonly owner: InnerOwner;
  isOver = false;
  teardowns: Subscription | undefined = undefined;

  constructor(out: Subscriber<R>, owner: InnerOwner) {
    this.out = out;
    this.owner = owner;
  }

  /** Over, or its consumer has left: a synchronous source stops before its end. */
  get closed(): boolean {
    return this.self.isOver || this.out.closed;
  }

  next(value: R): void {
    if (!this.self.isOver) this.out.next(value);
  }

  // As in RxJS's own operators, an error is passed on before the teardown, and the next inner stream begins after it. What the teardown
  // throws is its producer's, and holds neither up.

  error(error: unknown): void {
    const { self } = this;
    if (self.isOver) return;
    self.isOver = true;
    try {
      self.out.error(error);
    } finally {
      self.unsubscribe();
    }
  }

  complete(): void {
    const { self } = this;
    if (self.isOver) return;
    try {
      self.unsubscribe();
    } finally {
      self.owner.innerOver(self);
    }
  }

  unsubscribe(): void {
    const { self } = this;
    self.isOver = true;
    self.teardowns?.unsubscribe();
  }

  add(teardown: TeardownLogic): void {
    if (teardown === undefined) return;
    const { self } = this;
    const teardowns = (self.teardowns ??= new Subscription());
    if (self.isOver) teardowns.unsubscribe();
    teardowns.add(teardown);
  }

  remove(teardown: Exclude<TeardownLogic, void>): void {
    this.self.teardowns?.remove(teardown);
  }
}

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
 *
 * RxJS 5 and 6, and libraries that wrap observers, call it through an object derived from it or through a Proxy. So it has no
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

  /** Whether the inner stream is over or the consumer has left. A synchronous source stops then. */
  get closed(): boolean {
    return this.self.isOver || this.out.closed;
  }

  next(value: R): void {
    if (!this.self.isOver) this.out.next(value);
  }

  // As in RxJS's own operators, an error is passed on before the teardown, and the next inner stream begins after the teardown. An error of
  // the teardown goes to its producer, and stops neither.

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

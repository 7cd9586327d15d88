import { Observable, type Observer, Subscription, defer, distinctUntilChanged, filter } from 'rxjs';
import { check, checkCapacity, isObject } from '../failure/check';
import type { FailureCode } from '../failure/failure-code';
import { NORMAL_LANE } from '../message/lane';
import type { Actor } from './actor/actor';
import { consumerOf } from './actor/consumer';
import type { Delivery } from './actor/delivery';
import type { Handler } from './actor/handler';
import type { AnyProtocol, Covers, HandlersOf } from './actor/protocol-handlers';
import { aloneQueue } from './alone';
import { attach, claimSeat, detach } from './consumer-life';
import { DeliveryStream } from './delivery-stream';
import { tellDirect } from './direct';
import { MailboxCore } from './mailbox-core';
import { closeMailbox } from './mailbox-end';
import type { MailboxMetrics } from './mailbox-metrics';
import { type MailboxOptions, resolveMailbox } from './mailbox-options';
import { CLOSED } from './state/flags';
import { tell } from './tell';

/** What a mailbox lost, and why. */
export interface Loss<Msg = any> {
  readonly message: Msg;
  readonly code: FailureCode;
}

/**
 * A bounded, prioritised queue in front of one consumer: a Subject pipeline with `next()` in, a bounded buffer, `deliveries$` out.
 *
 * Made by `Mailbox.bounded` and `Mailbox.unbounded`. It is an Observer, so `source$.subscribe(mailbox)` works, with or without a broker;
 * the source's end closes it, for other sources, too: `source$.subscribe((message) => mailbox.next(message))` does not. `next` counts like
 * a `trySend`, so with `overflow: 'block'` it is refused where it is full. On its own it drains by itself on the stack of
 * whoever calls `next`; registered, it drains where its broker does. FIFO for each priority (rule M3), one turn at a time unless
 * `concurrency` says otherwise (M4), and what it cannot take is told by `losses$`, never silent (M2). On its own it has no dead letters:
 * the first ten failures of its handler are written to the console.
 *
 * ```ts
 * const mailbox = Mailbox.bounded<number>(100, { overflow: 'drop-oldest' });
 * mailbox.receive((n) => console.log(n));
 * interval(1000).subscribe(mailbox);
 * ```
 */
export class Mailbox<in out Msg = any> implements Observer<Msg> {
  readonly #core: MailboxCore;

  private constructor(capacity: number, options: MailboxOptions | undefined) {
    const settings = resolveMailbox(options);
    this.#core = new MailboxCore(capacity, settings, aloneQueue(settings.dispatcher));
  }

  /**
   * A mailbox that queues at most `capacity` messages; the one being handled is not counted (rule M1).
   *
   * @throws {RangeError} unless `capacity` is an integer of at least 1, and for an option out of its range.
   */
  static bounded<Msg = any>(capacity: number, options?: MailboxOptions): Mailbox<Msg> {
    checkCapacity(capacity, 'capacity');
    return new Mailbox<Msg>(capacity, options);
  }

  /** A mailbox that queues whatever comes. Its `pressure$` is always 0: prefer `bounded` wherever a sender can outrun the consumer. */
  static unbounded<Msg = any>(options?: MailboxOptions): Mailbox<Msg> {
    return new Mailbox<Msg>(Infinity, options);
  }

  /** @internal The inside, for the broker. */
  static coreOf(mailbox: Mailbox): MailboxCore {
    check(isObject(mailbox) && #core in mailbox, 'mailbox must be a Mailbox (Mailbox.bounded or Mailbox.unbounded)', mailbox);
    return mailbox.#core;
  }

  /**
   * Takes the consumer's seat. Unsubscribing gives it up; what is queued then waits for the next consumer.
   *
   * With a protocol, one typed handler for each of its messages; a message of another type fails with `Unhandled`.
   *
   * @throws {TypeError} for a handler that is no function and no object with `receive`.
   * @throws {BrokerError} `AlreadyRegistered` for a second consumer.
   */
  receive(handler: Handler<Msg> | Actor<Msg>): Subscription;
  receive<P extends AnyProtocol<P>>(protocol: P & Covers<Msg, P>, handlers: HandlersOf<P>): Subscription;
  receive(first: unknown, handlers?: unknown): Subscription {
    const { handler, actor } = consumerOf(first, handlers);
    const core = this.#core;
    claimSeat(core);
    attach(core, handler, actor);
    return new Subscription(() => {
      if (core.handler === handler) detach(core);
    });
  }

  /**
   * The consumer's seat as a stream: the next delivery comes when this one is settled (as many open at once as `concurrency` allows).
   *
   * Subscribing takes the seat; a second subscriber gets an error. Unsubscribing fails what is unsettled with `Unhandled`, and so does a
   * throw: by an operator behind it, or by the `next` of who subscribes to this very stream (what is thrown behind operators RxJS
   * reports elsewhere). Completes when the mailbox is closed and drained.
   */
  get deliveries$(): Observable<Delivery<Msg>> {
    return new DeliveryStream<Msg>(this.#core);
  }

  /** Queued / capacity, 0 to 1: the current value at once, then every change. Completes when the mailbox is closed and drained. */
  get pressure$(): Observable<number> {
    const core = this.#core;
    const pressure$ = new Observable<number>((subscriber) => {
      const { dispatch } = core.runQueue;
      const extras = core.rare();
      let follows = !dispatch.isEmitting;
      if (!extras.ended) extras.stream('pressure').pipe(filter(() => follows)).subscribe(subscriber);
      subscriber.next(core.size / core.capacity);
      // What others are still to be told is older than what this one has just seen.
      dispatch.emit({ next: () => (follows = true) }, undefined);
      if (extras.ended) subscriber.complete();
    });
    return pressure$.pipe(distinctUntilChanged());
  }

  /** Every message it loses, with the code of why, also without a broker. Completes when the mailbox is closed and drained. */
  get losses$(): Observable<Loss<Msg>> {
    return defer(() => this.#core.rare().stream('losses'));
  }

  get capacity(): number {
    return this.#core.capacity;
  }

  /** Messages queued now. */
  get size(): number {
    return this.#core.size;
  }

  get isFull(): boolean {
    return this.#core.size >= this.#core.capacity;
  }

  get isClosed(): boolean {
    return (this.#core.flags & CLOSED) !== 0;
  }

  /** Offers a message, as `trySend` would: never throws, a refusal is a loss. */
  next(message: Msg): void {
    const core = this.#core;
    const { dispatch } = core.runQueue;
    if ((core.flags | dispatch.flags) === 0) tellDirect(core, dispatch, message, NORMAL_LANE);
    else tell(core, message);
  }

  /** Closes, as a Subject's would. `error` goes to the actor's `onStop` and to `events$`. */
  error(error: unknown): void {
    closeMailbox(this.#core, error);
  }

  /** Closes, as a Subject's would. */
  complete(): void {
    closeMailbox(this.#core, 'closed');
  }

  /** Refuses newcomers with `ActorStopped`, lets the backlog drain, then ends its streams. Idempotent. */
  close(): void {
    closeMailbox(this.#core, 'closed');
  }

  metrics(): MailboxMetrics {
    return this.#core.metrics();
  }
}

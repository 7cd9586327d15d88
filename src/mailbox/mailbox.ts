import { type Observable, Subscription } from 'rxjs';
import { checkCapacity } from '../failure/check';
import { attach, checkNoConsumer, clearMailbox, closeMailbox, detach, pauseMailbox, startActor } from '../kernel/life';
import { LoneSystem } from '../kernel/lone-system';
import { type Loss, MailboxCore } from '../kernel/mailbox-core';
import { runTell } from '../kernel/run';
import type { Delivery } from '../message/delivery';
import { NORMAL_LANE } from '../message/lane';
import type { Actor, AnyMailbox, AnyProtocol, Covers, Handler, HandlersOf } from '../message/message-broker';
import type { MailboxMetrics } from '../message/mailbox-metrics';
import type { MailboxOptions } from '../message/mailbox-options';
import { consumerOf } from './consumer';
import { DeliveryStream } from './delivery-stream';
import { resolveMailbox } from './mailbox-options';
import { idleOf, lossesOf, pressureOf } from './mailbox-streams';

// Merged with the class: its type says what messages it holds.
export interface Mailbox<in out Msg = any> extends AnyMailbox<Msg> {}

/**
 * A bounded, prioritised queue in front of one consumer: a Subject pipeline with `next()` in, a bounded buffer, `deliveries$` out.
 *
 * Made by `Mailbox.bounded` and `Mailbox.unbounded`. It is an Observer, so `source$.subscribe(mailbox)` works, with or without a broker;
 * the source's end closes it, for other sources, too: `source$.subscribe((message) => mailbox.next(message))` does not. `next` counts like
 * a `trySend`, so with `overflow: 'block'` it is refused where it is full. On its own it drains by itself on the stack of
 * the caller of `next`; registered, it drains where its broker does. FIFO for each priority (rule M3), one turn at a time unless
 * `concurrency` says otherwise (M4), and what it cannot take is told by `losses$`, never silent (M2). On its own it has no dead letters:
 * the first ten failures of its handler are written to the console.
 *
 * ```ts
 * const mailbox = Mailbox.bounded<number>(100, { overflow: 'drop-oldest' });
 * mailbox.receive((n) => console.log(n));
 * interval(1000).subscribe(mailbox);
 * ```
 */
export class Mailbox<in out Msg = any> {
  /** The inside. No `#private` state: users wrap mailboxes in proxies, and RxJS 6 calls its observers through derived objects. */
  private readonly core: MailboxCore;

  private constructor(capacity: number, options: MailboxOptions | undefined) {
    const settings = resolveMailbox(options);
    this.core = new MailboxCore(capacity, settings, new LoneSystem());
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

  /** A mailbox that queues every message. Its `pressure$` is always 0: prefer `bounded` wherever a sender can outrun the consumer. */
  static unbounded<Msg = any>(options?: MailboxOptions): Mailbox<Msg> {
    return new Mailbox<Msg>(Infinity, options);
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
    const { core } = this;
    checkNoConsumer(core);
    let failure: { readonly error: unknown } | undefined;
    let hasReturned = false;
    core.system.dispatcher.step(() =>
      attach(core, handler, actor, {
        failed(error) {
          if (core.handler === handler) detach(core);
          const { host, journal } = core.system;
          // A mailbox without a broker has nobody to tell but the caller, who gets it.
          if (hasReturned || host !== null) journal.hookFailed('onStart', core.id, error);
          if (!hasReturned) failure = { error };
        },
      }),
    );
    hasReturned = true;
    // It has no Subscription that could give the seat back.
    if (failure !== undefined) throw failure.error;
    return new Subscription(() => {
      core.system.dispatcher.step(() => {
        if (core.handler === handler) detach(core);
      });
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
    return new DeliveryStream<Msg>(this.core);
  }

  /** Queued / capacity, 0 to 1: the current value at once, then every change. Completes when the mailbox is closed and drained. */
  get pressure$(): Observable<number> {
    return pressureOf(this.core);
  }

  /** Every message it loses, with the code of why, also without a broker. Completes when the mailbox is closed and drained. */
  get losses$(): Observable<Loss<Msg>> {
    return lossesOf(this.core);
  }

  /** Messages that it queues at most; what runs is not counted. `Infinity`: no bound. */
  get capacity(): number {
    return this.core.capacity;
  }

  /** Messages queued now. */
  get size(): number {
    this.core.system.dispatcher.unfold();
    return this.core.size;
  }

  /** Whether `size` has reached `capacity`: the next message that has to be queued meets the overflow strategy. */
  get isFull(): boolean {
    return this.size >= this.capacity;
  }

  /** Whether it refuses newcomers, for good. It may still hold a backlog. */
  get isClosed(): boolean {
    return this.core.status !== 'open';
  }

  /** Offers a message, as `trySend` would: never throws, a refusal is a loss. */
  next(message: Msg): void {
    const { core } = this;
    const { dispatcher } = core.system;
    if (core.isDirect && dispatcher.stack === 'quiet') runTell(core, dispatcher, message, NORMAL_LANE);
    else tell(core, message);
  }

  /** Closes, as a Subject's would. `error` goes to the actor's `onStop` and to `events$`. */
  error(error: unknown): void {
    closeMailbox(this.core, error);
  }

  /** Closes, as a Subject's would. */
  complete(): void {
    closeMailbox(this.core, 'closed');
  }

  /** Refuses newcomers with `ActorStopped`, lets the backlog drain, then ends its streams. Idempotent. */
  close(): void {
    closeMailbox(this.core, 'closed');
  }

  /**
   * No further turn begins until `resume`; what runs goes on. Inside of a turn the backlog stops after it. A paused mailbox takes messages, as one
   * without a consumer does; it stays paused when it is unregistered. Idempotent.
   */
  pause(): void {
    pauseMailbox(this.core, true);
  }

  /** Turns begin again: before this returns, or inside of a turn after it. Idempotent. */
  resume(): void {
    pauseMailbox(this.core, false);
  }

  /** Whether no turn begins until `resume`. */
  get isPaused(): boolean {
    return this.core.isPaused;
  }

  /**
   * Loses everything that is queued, then everything that waits for a place, highest priority first: each with `Dropped`, told to its sender and as
   * a dead letter. What runs goes on. Returns how many messages went.
   */
  clear(): number {
    return clearMailbox(this.core);
  }

  /**
   * Whether the mailbox is idle: nothing is queued, waits, runs or holds a seat. The current value at once, then each change, told between two
   * turns when nothing else is left to tell, so that a short turn makes no flicker. Completes when the mailbox is closed and drained.
   */
  get idle$(): Observable<boolean> {
    return idleOf(this.core);
  }

  /** The mailbox in numbers: a snapshot. */
  metrics(): MailboxMetrics {
    this.core.system.dispatcher.unfold();
    return this.core.metrics();
  }
}

/** `next` on any but the direct path: in a broker's mailbox as a `trySend` to its id. */
function tell(core: MailboxCore, message: unknown): void {
  const { dispatcher, host } = core.system;
  if (host !== null) {
    // Unregistered in a turn of its own, it leaves the broker when that has returned.
    if (core.isRegistered) host.tellMailbox(core.id, message);
    else dispatcher.add(() => tell(core, message));
    return;
  }
  dispatcher.step(() => {
    const code = core.takePlain(message, NORMAL_LANE, null);
    if (code !== null) core.losePlain(message, NORMAL_LANE, code, null);
    else startActor(core, { failed: (error) => core.system.journal.hookFailed('onStart', core.id, error) });
  });
}

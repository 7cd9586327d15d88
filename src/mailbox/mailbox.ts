import { type Observable, Subscription } from 'rxjs';
import { checkCapacity, checkOptions } from '../failure/check';
import { attach, checkNoConsumer, clearMailbox, closeMailbox, detach, pauseMailbox, startActor } from '../kernel/life';
import { LoneSystem } from '../kernel/lone-system';
import { type Loss, MailboxCore } from '../kernel/mailbox-core';
import { runTell } from '../kernel/run';
import type { Delivery } from '../message/delivery';
import { NORMAL_LANE } from '../message/lane';
import type { Actor, ActorHooks, AnyMailbox, Covers, Handler, HandlersOf } from '../message/message-broker';
import type { MailboxMetrics } from '../message/mailbox-metrics';
import type { MailboxOptions } from '../message/mailbox-options';
import type { AnyProtocol } from '../message/protocol';
import { HOOKS, consumerOf } from './consumer';
import { deliveriesOf } from './delivery-stream';
import { resolveMailbox } from './mailbox-options';
import { idleOf, lossesOf, pressureOf } from './mailbox-streams';

// Merged with the class, so that its type carries the type of the messages.
export interface Mailbox<in out Msg = any> extends AnyMailbox<Msg> {}

/**
 * A bounded, prioritised queue in front of one consumer: a Subject pipeline with `next()` in, a bounded buffer, `deliveries$` out.
 *
 * Messages of one priority are handled in the order in which they came (rule M3), one turn at a time by default (M4). `losses$` tells every
 * message that the mailbox cannot take or loses (M2).
 *
 * A mailbox is an Observer, so `source$.subscribe(mailbox)` works. The end of the source then closes the mailbox, for other sources as well;
 * `source$.subscribe((message) => mailbox.next(message))` does not close it. `next` counts like a `trySend`: with `overflow: 'block'` a full
 * mailbox refuses it.
 *
 * A registered mailbox drains where its broker does. A mailbox without a broker drains on the stack of the caller of `next`, unless it has a
 * `dispatcher`. It has no dead letters, and writes the first ten failures of its handler to the console.
 *
 * ```ts
 * const mailbox = Mailbox.bounded<number>(100, { overflow: 'drop-oldest' });
 * mailbox.receive((n) => console.log(n));
 * interval(1000).subscribe(mailbox);
 * ```
 */
export class Mailbox<in out Msg = any> {
  /** The inside. It is not `#private`, since Vue wraps mailboxes in proxies, and RxJS 6 calls its observers through derived objects. */
  private readonly core: MailboxCore;

  private constructor(capacity: number, options: MailboxOptions | undefined) {
    const settings = resolveMailbox(options);
    this.core = new MailboxCore(capacity, settings, new LoneSystem());
  }

  /**
   * Makes a mailbox that queues at most `capacity` messages. A message that is being handled does not count (rule M1).
   *
   * @throws {TypeError | RangeError} unless `capacity` is an integer of at least 1, or for a bad option.
   */
  static bounded<Msg = any>(capacity: number, options?: MailboxOptions): Mailbox<Msg> {
    checkCapacity(capacity, 'capacity');
    return new Mailbox<Msg>(capacity, options);
  }

  /**
   * Makes a mailbox that queues every message. Its `pressure$` is always 0. Prefer `bounded` if senders can be faster than the consumer.
   *
   * @throws {TypeError | RangeError} for a bad option.
   */
  static unbounded<Msg = any>(options?: MailboxOptions): Mailbox<Msg> {
    return new Mailbox<Msg>(Infinity, options);
  }

  /**
   * Attaches the one consumer, which gets the queued messages first. With a protocol it has one typed handler for each message, and a message
   * of another type fails with `Unhandled`. Unsubscribing takes the consumer away; queued messages then wait for the next one.
   *
   * With a protocol, `hooks` are the `onStart` and `onStop` that an `Actor` has as methods.
   *
   * ```ts
   * mailbox.receive(Door, { open: ({ by }) => greet(by), shut: () => lock() }, { onStop: () => lock() });
   * ```
   *
   * @throws {TypeError} for anything but a function, an object with `receive`, or a protocol and its handlers; and for a bad hook.
   * @throws {BrokerError} `AlreadyRegistered` if there is a consumer.
   * @throws what `onStart` throws, if it is called at once: the mailbox is registered or holds messages, and the call is outside of every turn.
   */
  receive(handler: Handler<Msg> | Actor<Msg>): Subscription;
  receive<P extends AnyProtocol<P>>(protocol: Covers<Msg, P>, handlers: HandlersOf<P>, hooks?: ActorHooks): Subscription;
  receive(first: unknown, handlers?: unknown, hooks?: ActorHooks): Subscription {
    checkOptions(hooks, HOOKS);
    const { handler, actor } = consumerOf(first, handlers, hooks);
    const { core } = this;
    checkNoConsumer(core);
    let failure: { readonly error: unknown } | undefined;
    let hasReturned = false;
    core.system.dispatcher.step(() =>
      attach(core, handler, actor, {
        failed(error) {
          if (core.handler === handler) detach(core);
          const { host, journal } = core.system;
          // In a mailbox without a broker the caller gets the error, and nobody else is told.
          if (hasReturned || host !== null) journal.hookFailed('onStart', core.id, error);
          failure = { error };
        },
      }),
    );
    hasReturned = true;
    // The caller gets no Subscription that could take the consumer away, so `failed` has detached it.
    if (failure !== undefined) throw failure.error;
    return new Subscription(() => {
      core.system.dispatcher.step(() => {
        if (core.handler === handler) detach(core);
      });
    });
  }

  /**
   * The messages as a stream, whose subscriber is the one consumer. The next delivery comes when this one is settled; at most `concurrency`
   * deliveries are open at once. A second subscriber gets a `BrokerError` (`AlreadyRegistered`).
   *
   * A delivery that is left unsettled fails with `Unhandled`: the subscriber unsubscribes, an operator behind this stream errors, or `next` of
   * a direct subscriber throws. (Behind operators RxJS only reports what `next` throws.) Completes when the mailbox is closed and drained.
   */
  get deliveries$(): Observable<Delivery<Msg>> {
    return deliveriesOf(this.core);
  }

  /** Queued messages / capacity, 0 to 1: the current value at once, then every change. Completes when the mailbox is closed and drained. */
  get pressure$(): Observable<number> {
    return pressureOf(this.core);
  }

  /** Every message that the mailbox loses, with a failure code. Completes when the mailbox is closed and drained. */
  get losses$(): Observable<Loss<Msg>> {
    return lossesOf(this.core);
  }

  /** The most messages that it queues. Messages that are being handled do not count. `Infinity`: no bound. */
  get capacity(): number {
    return this.core.capacity;
  }

  /** Messages queued now. */
  get size(): number {
    this.core.system.dispatcher.unfold();
    return this.core.size;
  }

  /** Whether `size` has reached `capacity`, so that the overflow strategy decides about the next message to be queued. */
  get isFull(): boolean {
    return this.size >= this.capacity;
  }

  /** Whether it was closed. It refuses newcomers then, but may still have a backlog. */
  get isClosed(): boolean {
    return this.core.status !== 'open';
  }

  /** Offers a message, as `trySend` does. It never throws; a refused message is a loss. */
  next(message: Msg): void {
    const { core } = this;
    const { dispatcher } = core.system;
    if (core.isDirect && dispatcher.stack === 'quiet') runTell(core, dispatcher, message, NORMAL_LANE);
    else tell(core, message);
  }

  /** Closes the mailbox, as `close` does. `error` goes to the actor's `onStop` and to `events$`. */
  error(error: unknown): void {
    closeMailbox(this.core, error, error);
  }

  /** Closes the mailbox, as `close` does. */
  complete(): void {
    closeMailbox(this.core, 'closed');
  }

  /** Refuses newcomers with `ActorStopped`, lets the backlog drain, then completes the mailbox's streams. Idempotent. */
  close(): void {
    closeMailbox(this.core, 'closed');
  }

  /**
   * Lets no further turn begin until `resume`. Open turns go on; called inside of a turn, it stops the backlog after that turn. A paused mailbox
   * queues messages, as one without a consumer does, and stays paused when it is unregistered. Idempotent.
   */
  pause(): void {
    pauseMailbox(this.core, true);
  }

  /** Lets turns begin again: before this call returns, or after the turn in which it is called. Idempotent. */
  resume(): void {
    pauseMailbox(this.core, false);
  }

  /** Whether `pause` was called, and `resume` was not called since. */
  get isPaused(): boolean {
    return this.core.isPaused;
  }

  /**
   * Drops all queued messages, then all that wait for a place, each with the highest priority first. Each fails with `Dropped`, and becomes a
   * dead letter. Open turns go on. Returns how many messages were dropped.
   */
  clear(): number {
    return clearMailbox(this.core);
  }

  /**
   * Whether the mailbox is idle: nothing is queued, waits, runs or holds a seat. Emits the current value at once, then each change. A change
   * is told between two turns, when nothing else is left to tell, so a short turn makes no flicker. Completes when the mailbox is closed and
   * drained.
   */
  get idle$(): Observable<boolean> {
    return idleOf(this.core);
  }

  /** The mailbox in numbers, as they are now. */
  metrics(): MailboxMetrics {
    this.core.system.dispatcher.unfold();
    return this.core.metrics();
  }
}

/** `next`, if the message does not take the direct path. A registered mailbox makes it a `trySend` to its id. */
function tell(core: MailboxCore, message: unknown): void {
  const { dispatcher, host } = core.system;
  if (host !== null) {
    // A mailbox that was unregistered in a turn of its own leaves the broker when that turn has returned.
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

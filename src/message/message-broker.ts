import type { Observable, Observer, Unsubscribable } from 'rxjs';
import type { ActorId } from './actor-id';
import type { BrokerEvent } from './broker-event';
import type { BrokerMetrics } from './broker-metrics';
import type { AsyncCloseable, CloseOptions } from './closeable';
import type { DeadLetter } from './dead-letter';
import type { Envelope } from './envelope';
import type { Priority } from './priority';
import type { IsProtocol, MessageOf } from './protocol';
import type { Publisher } from './publisher';
import type { RegisterOptions, Registration, SpawnOptions } from './registration';
import type { Accepted, IsUntyped, ReplyFor, ReplyOf } from './reply-of';
import type { RoutingKey } from './routing-key';
import type { BroadcastOptions, SendOptions } from './send-options';
import type { BroadcastResult } from './send-result';
import type { ActorRef, Sender } from './sender';
import type { Publication, TopicMessage, TopicName, TopicOptions } from './topic';

// A handler's context gives it the broker, and the broker takes handlers: the types of this file name one another by nature.

/** What a handler may answer: the value, a promise of it, or a stream of values. Where no reply is owed, anything. */
export type HandlerResult<Reply> = [Reply] extends [void] ? unknown : Reply | PromiseLike<Reply> | Observable<Reply>;

/**
 * Handles one message. Its result is the reply: a plain value (arrays and strings included) is emitted, a `PromiseLike` is
 * awaited, an `Observable` is streamed, and holds the turn until it completes. Iterables, asynchronous ones too, are plain values: `from`
 * makes streams of them. A throw or a rejection is that message's failure and nobody else's (rule M5).
 */
export type Handler<Msg = any> = (message: Msg, context: ActorContext) => HandlerResult<ReplyOf<Msg>>;

/** The life around the turns of an actor (rule M9). */
export interface ActorHooks {
  /**
   * Called once for each life, before its first turn, which waits for its promise: when it is registered, or in a mailbox without a broker before
   * its first message. If it throws or rejects, the actor is unregistered, `Registration.ready` rejects, and outside of every turn and observer
   * `spawn` and `register` throw what it threw.
   */
  onStart?(context: ActorContext): void | PromiseLike<void>;
  /**
   * Called once for each life that has started, when its last turn is over; not when its consumer only gives the seat up. `reason` is what
   * `mailbox.error(reason)` was given, else why it ended: `'unregistered'`, `'closed'` (its mailbox) or `'broker-closed'`. The broker's `close`
   * waits for its promise, within the timeout. If it throws or rejects, that is logged, and stops nothing.
   */
  onStop?(reason: unknown): void | PromiseLike<void>;
}

/** A handler with a life: a class instance, usually, whose fields are the actor's state. */
export interface Actor<Msg = any> extends ActorHooks {
  receive: Handler<Msg>;
}

/**
 * What a handler knows of its turn, and what it may do in it.
 *
 * `send` says "this turn waits for it": the ask is cancelled when the turn is aborted, and fails at once with `Deadlock` when no turn
 * round a circle of such asks is free (rule O6). For what nobody waits for there are `trySend` and `broker.send`. `send` and `trySend`
 * name this actor as the envelope's `sender`.
 *
 * Its methods are called on it: `context.send(…)`. What has no state of its own can be taken apart: `(message, { self, envelope, signal }) => …`.
 */
export interface ActorContext extends Sender {
  /** The id of the actor whose turn this is. Empty for a mailbox without a broker. */
  readonly self: ActorId;
  readonly envelope: Envelope;
  /**
   * Aborts when the turn does: cancelled, timed out, unregistered or closed. Its `reason` is the error that the caller gets.
   * Made when it is first read (an `AbortController` costs about 2 µs).
   */
  readonly signal: AbortSignal;
  /**
   * The broker. A message that is sent through it is not tied to this turn: while the broker closes, it takes such a message only from the handler's first
   * synchronous stretch; `context.send` and `context.trySend` it takes for as long as the turn is open.
   *
   * @throws {BrokerError} `NotFound` in a mailbox without one.
   */
  readonly broker: MessageBroker;
}

/** One handler for each message of a protocol, each checked against its own reply. */
export type HandlersOf<P> = {
  readonly [K in keyof P]: P[K] extends (...args: never[]) => infer M
    ? (message: M, context: ActorContext) => HandlerResult<ReplyOf<M>>
    : never;
};

/** A protocol that has a message for everything its actor accepts: `P`, if it has; else the name of the mistake. */
export type Covers<Msg, P> = [Msg] extends [MessageOf<P>] ? P : { readonly 'no handler for': Exclude<Msg, MessageOf<P>> };

/** What is spawned for an actor that accepts `Msg`: a protocol, if `A` is one; else a handler or an actor. */
export type Spawned<Msg, A> = IsProtocol<A> extends true ? Covers<Msg, A> : Handler<NoInfer<Msg>> | Actor<NoInfer<Msg>>;

/** What `spawn` takes after what is spawned. A value without a type may be a protocol. */
export type SpawnRest<A> =
  IsUntyped<A> extends true
    ? [handlers?: any, options?: SpawnOptions & ActorHooks]
    : IsProtocol<A> extends true
      ? [handlers: HandlersOf<A>, options?: SpawnOptions & ActorHooks]
      : [options?: SpawnOptions];

declare const holds: unique symbol;

/** A mailbox as a broker takes it: `Mailbox` is the one implementation. */
export interface AnyMailbox<Msg = any> extends Observer<Msg> {
  readonly [holds]?: (message: Msg) => Msg;
  readonly capacity: number;
  readonly size: number;
}

/**
 * Actors, and every way to reach them. The streams it hands out never error; they complete when it closes.
 *
 * Every send that returns an Observable is cold: targets, filter and route are evaluated at subscription, and every subscription
 * sends one message (rule S1). Bad arguments throw at the call.
 */
export interface MessageBroker extends Sender, Publisher, AsyncCloseable {
  /**
   * Registers an actor with a mailbox of its own making. What the mailbox holds counts as sent now.
   *
   * @throws {BrokerError} `AlreadyRegistered` for a taken id or mailbox, and for a mailbox that is not at rest: a turn of it is
   * open, or holds a seat (rule M6); nothing is changed. `RoutingFailed` for a malformed topic; `BrokerClosed` once the broker closes. Throws what
   * `onStart` throws, and then nothing is registered.
   */
  register<Msg>(id: ActorId<Msg>, mailbox: AnyMailbox<NoInfer<Msg>>, options?: RegisterOptions): Registration;

  /**
   * Ends an actor: its queue is emptied (`ActorNotFound`), its turns are aborted (`ActorNotFound`, `started: true`), its bindings dropped, its id free. Then is told, in this order: what failed (turns, queued by
   * priority, waiting), `onStop`, the event, `watch` (rule R2).
   *
   * @throws {BrokerError} `NotFound` for an unknown id. The idempotent way is the registration's `unsubscribe`.
   */
  unregister(id: ActorId): void;

  /**
   * Registers an actor and makes its mailbox: `spawn(id, handler, options?)`, with a function or an `Actor`; or
   * `spawn(id, protocol, handlers, options?)`, with one typed handler for each message of the protocol. Then `onStart` and `onStop` are options.
   *
   * ```ts
   * broker.spawn(greeter, (name) => `hello ${name}`, { capacity: 10 });
   * broker.spawn(accounts, Account, { getBalance: ({ accountId }) => balanceOf(accountId), deposit: save }, { onStop: () => store.close() });
   * ```
   *
   * @throws {TypeError | RangeError} for a bad id, actor or option, and what `register` throws.
   */
  spawn<Msg, A = unknown>(id: ActorId<Msg>, actor: Spawned<Msg, A>, ...rest: SpawnRest<A>): Registration;

  /** A handle on one actor, which need not exist yet. */
  ref<Msg>(id: ActorId<Msg>): ActorRef<Msg>;

  /** `send` with a priority. */
  sendWithPriority<Msg, const M>(
    id: ActorId<Msg>,
    message: Accepted<Msg, M>,
    priority: Priority,
    options?: SendOptions,
  ): Observable<ReplyFor<Msg, M>>;

  /**
   * Asks one of the actors bound to a topic, picked by the broker's router. Cold. Closed mailboxes are passed over.
   * Errors with `BrokerError('RoutingFailed')` when none is bound.
   */
  sendWithRouting<const K extends RoutingKey<TopicName>, const M>(
    key: K,
    message: Accepted<TopicMessage<NoInfer<K>>, M>,
    options?: SendOptions,
  ): Observable<ReplyFor<TopicMessage<K>, M>>;

  /**
   * Asks every actor: one result for each, in registration order, or with `{ order: 'settled' }` as they come. A failure is a value.
   * Offered to every target before the first turn; results are told between turns, so `take(1)` cancels the targets that have not begun. A
   * streamed reply counts by its last value. Unsubscribing cancels what is left (rule R3). No target: completes empty.
   */
  broadcast<const M>(message: M, options?: BroadcastOptions): Observable<BroadcastResult<ReplyOf<M>>>;

  /** The same for the actors whose id passes, by a filter that answers at once. One that throws errors before anything is sent. */
  broadcastFilter<const M>(
    message: M,
    filter: (id: ActorId) => boolean,
    options?: BroadcastOptions,
  ): Observable<BroadcastResult<ReplyOf<M>>>;

  /**
   * Tells every actor, or those whose id passes, now. How many mailboxes took it. Throws what the filter throws, before anything is sent.
   */
  tryBroadcast(message: unknown, filter?: (id: ActorId) => boolean): number;

  /** Every broadcast message, for observers that are no actors: in the same order as every target gets them. */
  readonly broadcasts$: Observable<unknown>;

  /**
   * Binds an actor to a topic or a pattern (`orders.*`, `orders.>`), until it is unsubscribed or the actor ends.
   *
   * @throws {BrokerError} `NotFound` for an unknown id, `RoutingFailed` for a malformed pattern.
   */
  bind<K extends string>(topic: K, id: ActorId<TopicMessage<K>>): Unsubscribable;

  /**
   * A topic or pattern as a stream of its messages, retained ones first, synchronously. With `initial` the topic is observed as state:
   * `topicState` does that.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed pattern.
   * @throws {TypeError} for options that are no object.
   */
  topic$<K extends string>(pattern: K, options?: TopicOptions<TopicMessage<NoInfer<K>>>): Observable<TopicMessage<K>>;

  /**
   * The same with the topic of each, and whether it was retained.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed pattern.
   */
  publications$<K extends string>(pattern: K): Observable<Publication<TopicMessage<K>>>;

  /**
   * The topic's retained message, if there is one.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed topic, or a pattern.
   */
  retained<K extends TopicName>(topic: K): TopicMessage<K> | undefined;
  /**
   * Forgets it; an observer that subscribes from now on gets none.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed topic, or a pattern.
   */
  clearRetained(topic: TopicName): void;

  /** Emits once and completes when the actor ends; at once if it is not there. */
  watch(id: ActorId): Observable<void>;

  /** Whether an actor has this id now; its mailbox may be closed. */
  isRegistered(id: ActorId): boolean;
  /** How many actors there are. */
  registeredCount(): number;
  /** A snapshot, in registration order. */
  actorIds(): ActorId[];

  /** A snapshot. It adds up one count of each registered actor: some nanoseconds an actor. */
  metrics(): BrokerMetrics;
  /** A snapshot at once, then one every `metricsInterval`. */
  readonly metrics$: Observable<BrokerMetrics>;
  /** Every message that is lost (rule O3), in order. */
  readonly deadLetters$: Observable<DeadLetter>;
  /** Everything that happens, in order. While it is observed, messages take a slower way. */
  readonly events$: Observable<BrokerEvent>;

  /**
   * Refuses newcomers from outside with `BrokerClosed`, lets what is queued and running finish, ends every actor, completes every
   * stream. Resolves when that is done. Idempotent; with `drain: false` a second call ends at once what the first
   * one waits for. Also `[Symbol.asyncDispose]`, where the runtime has it.
   *
   * What never ends is waited for until `timeout`: a message queued where nobody receives, a turn that awaits this very promise.
   *
   * @throws {RangeError} for a negative timeout.
   */
  close(options?: CloseOptions): Promise<void>;
}

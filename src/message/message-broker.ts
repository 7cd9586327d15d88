import type { Observable, Observer, Unsubscribable } from 'rxjs';
import type { ActorId } from './actor-id';
import type { BrokerEvent } from './broker-event';
import type { BrokerMetrics } from './broker-metrics';
import type { AsyncCloseable, CloseOptions } from './closeable';
import type { DeadLetter } from './dead-letter';
import type { Envelope } from './envelope';
import type { MailboxMetrics } from './mailbox-metrics';
import type { Priority } from './priority';
import type { IsProtocol, MessageOf } from './protocol';
import type { Publisher } from './publisher';
import type { RegisterOptions, Registration, SpawnOptions } from './registration';
import type { Accepted, IsUntyped, ReplyFor, ReplyOf, Tellable } from './reply-of';
import type { RoutingKey } from './routing-key';
import type { BroadcastOptions, SendOptions } from './send-options';
import type { BroadcastResult } from './send-result';
import type { ActorRef, Sender } from './sender';
import type { Publication, TopicBinding, TopicMessage, TopicName, TopicOptions } from './topic';

// One file, since these types name one another: a handler gets a context, the context has the broker, and the broker takes handlers.

/** The result of a handler: the reply, a promise of it, or a stream of replies. For a message without a reply, anything. */
export type HandlerResult<Reply> = [Reply] extends [void] ? unknown : Reply | PromiseLike<Reply> | Observable<Reply>;

/**
 * Handles one message. Its result is the reply (rule S2): a plain value is emitted, a `PromiseLike` is awaited, and an `Observable` is
 * streamed. The turn lasts until the promise settles or the stream completes. Arrays, strings and iterables are plain values; `from` makes
 * a stream of an iterable. A throw or a rejection fails this message only, and the actor goes on (rule M5).
 */
export type Handler<Msg = any> = (message: Msg, context: ActorContext) => HandlerResult<ReplyOf<Msg>>;

/** The hooks for the start and the end of an actor (rule M9). */
export interface ActorHooks {
  /**
   * Called once in each life of the actor, when it is registered; in a mailbox without a broker, before its first message. The first turn
   * waits for its promise. If `onStart` throws or rejects, the actor is unregistered, and `Registration.ready` rejects. `spawn` and
   * `register` also throw what `onStart` throws, unless they were called in a turn or by an observer.
   */
  onStart?(context: ActorContext): void | PromiseLike<void>;
  /**
   * Called once at the end of each life that has started, after the last turn; not if the subscription of `receive` is unsubscribed.
   * `reason` is `'unregistered'`, `'closed'` (the mailbox), `'broker-closed'`, or what `mailbox.error(reason)` was given. The broker's
   * `close` waits for its promise, within the timeout. If `onStop` throws or rejects, the error is logged.
   */
  onStop?(reason: unknown): void | PromiseLike<void>;
}

/** A handler with hooks: usually an instance of a class whose fields are the actor's state. */
export interface Actor<Msg = any> extends ActorHooks {
  /** Handles one message, as a `Handler` does. It is called on the actor, so `this` is the actor. */
  receive: Handler<Msg>;
}

/**
 * What a handler knows about its turn, and how it sends.
 *
 * `send` says that this turn waits for the reply. If the turn is aborted, the ask is cancelled. If actors wait for one another in a circle
 * of such asks, and none of them has a turn free, the ask fails at once with `Deadlock` (rule O6). If the turn does not wait for the reply,
 * use `trySend` or `broker.send`. `send` and `trySend` name this actor as the `sender`, and pass the turn's `headers` on (rule S7).
 *
 * The properties can be destructured, `(message, { self, envelope, signal }) => …`; the methods cannot.
 */
export interface ActorContext extends Sender {
  /** The id of the actor whose turn this is. Empty in a mailbox without a broker. */
  readonly self: ActorId;
  /** The facts about the message: its id, priority, topic, sender, time, attempt and headers. */
  readonly envelope: Envelope;
  /**
   * Aborts when the turn is ended from outside: it is cancelled, times out, or its actor is unregistered or its broker closed. `reason` is
   * the error that the caller gets. The signal is made when it is first read (an `AbortController` costs about 2 µs).
   */
  readonly signal: AbortSignal;
  /**
   * The broker. A message sent through it is not tied to this turn. A broker that is closing takes it only while the handler is on the
   * stack, while `context.send` and `context.trySend` work for as long as the turn is open.
   *
   * @throws {BrokerError} `NotFound` in a mailbox without a broker.
   */
  readonly broker: MessageBroker;
}

/** One handler for each message of a protocol. Each is checked against the reply of its own message. */
export type HandlersOf<P> = {
  readonly [K in keyof P]: P[K] extends (...args: never[]) => infer M
    ? (message: M, context: ActorContext) => HandlerResult<ReplyOf<M>>
    : never;
};

/** `P`, if this protocol has every message that the actor accepts. Else a type that names the missing messages in the compiler's error. */
export type Covers<Msg, P> = [Msg] extends [MessageOf<P>]
  ? P
  : {
      /** The messages that the protocol does not have. The compiler's error names them. */
      readonly 'no handler for': Exclude<Msg, MessageOf<P>>;
    };

/** The second argument of `spawn`, for an actor that accepts `Msg`: a protocol if `A` is one, else a handler or an actor. */
export type Spawned<Msg, A> = IsProtocol<A> extends true ? Covers<Msg, A> : Handler<NoInfer<Msg>> | Actor<NoInfer<Msg>>;

/** The further arguments of `spawn`: the handlers of a protocol, and the options. A value of type `any` may be a protocol. */
export type SpawnRest<A> =
  IsUntyped<A> extends true
    ? [handlers?: any, options?: SpawnOptions & ActorHooks]
    : IsProtocol<A> extends true
      ? [handlers: HandlersOf<A>, options?: SpawnOptions & ActorHooks]
      : [options?: SpawnOptions];

declare const holds: unique symbol;

/** A mailbox, as `register` takes it. `Mailbox` is the one implementation. */
export interface AnyMailbox<Msg = any> extends Observer<Msg> {
  /** @hidden It exists in the type only, and says which messages the mailbox holds. */
  readonly [holds]?: (message: Msg) => Msg;
  /** The most messages that it queues. `Infinity`: no bound. */
  readonly capacity: number;
  /** Messages queued now. */
  readonly size: number;
  /** Offers a message, as `trySend` does. It never throws; a refused message is a loss. */
  next(message: Msg): void;
  /** Closes the mailbox. `error` goes to the actor's `onStop` and to `events$`. */
  error(error: unknown): void;
  /** Closes the mailbox. */
  complete(): void;
}

/**
 * Holds actors, and sends messages to them. The streams of a broker (`events$`, `topic$`, …) never error, and complete when it closes.
 *
 * Every send that returns an Observable is cold: targets, filter and route are evaluated at subscription, and every subscription
 * sends one message (rule S1). Bad arguments throw at the call.
 */
export interface MessageBroker extends Sender, Publisher, AsyncCloseable {
  /**
   * Registers a mailbox as an actor. It may get its consumer before or after that. The messages that it holds count as sent now.
   *
   * @throws {BrokerError} `AlreadyRegistered` if the id is taken, the mailbox is registered, or a turn of it has not ended (rule M6);
   * `RoutingFailed` for a malformed topic; `BrokerClosed` once the broker closes. Nothing is changed then.
   * @throws what `onStart` throws, unless the call comes from a turn or an observer. The actor is unregistered then.
   */
  register<Msg>(id: ActorId<Msg>, mailbox: AnyMailbox<NoInfer<Msg>>, options?: RegisterOptions): Registration;

  /**
   * Ends an actor. Its turns are aborted, and its queued and waiting messages fail, all with `ActorNotFound`. Its bindings are dropped, and
   * its id is free. Then these are told, in this order: what failed (turns, queued messages by priority, waiting ones), `onStop`, the event,
   * `watch` (rule R2). The mailbox stays open, and can be registered again.
   *
   * @throws {BrokerError} `NotFound` for an unknown id. `unsubscribe` of the registration is idempotent and throws nothing.
   */
  unregister(id: ActorId): void;

  /**
   * Registers an actor and makes its mailbox.
   *
   * - `spawn(id, handler, options?)` takes a function or an `Actor`.
   * - `spawn(id, protocol, handlers, options?)` takes one typed handler for each message of the protocol. A message of another type fails with
   *   `Unhandled`. The hooks `onStart` and `onStop` are options here.
   *
   * ```ts
   * broker.spawn(greeter, (name) => `hello ${name}`, { capacity: 10 });
   * broker.spawn(accounts, Account, { getBalance: ({ accountId }) => balanceOf(accountId), deposit: save }, { onStop: () => store.close() });
   * ```
   *
   * @throws {TypeError | RangeError} for a bad id, actor or option, and what `register` throws.
   */
  spawn<Msg, A = unknown>(id: ActorId<Msg>, actor: Spawned<Msg, A>, ...rest: SpawnRest<A>): Registration;

  /** An object that sends to one actor. The actor need not exist yet. @throws {TypeError} for a bad id. */
  ref<Msg>(id: ActorId<Msg>): ActorRef<Msg>;

  /**
   * Tells an actor, and waits for a place in its mailbox: a `trySend` for `overflow: 'block'`. Cold: every subscription sends one message.
   *
   * It emits `undefined` and completes when the mailbox has taken the message; for an idle actor that is at once. It does not tell what happens
   * to the message after that. It errors with a `SendError` if the message is lost before: at once, if the actor is unknown, or if its mailbox
   * refuses the message and does not block; after `timeout` milliseconds, which count the wait only (default: the broker's `requestTimeout`).
   *
   * Unsubscribing, or aborting the `signal`, takes a waiting message back. It does not count as an open request. A message with a reply does not
   * compile.
   *
   * ```ts
   * from(lines).pipe(concatMap((line) => broker.offer(audit, line))).subscribe();
   * ```
   *
   * @throws {TypeError | RangeError} at the call, for a bad id or option.
   */
  offer<Msg, const M>(id: ActorId<Msg>, message: Tellable<Msg, M>, options?: SendOptions): Observable<void>;

  /** `send` with a priority, which counts instead of the one in `options`. @throws {TypeError | RangeError} for a bad argument. */
  sendWithPriority<Msg, const M>(
    id: ActorId<Msg>,
    message: Accepted<Msg, M>,
    priority: Priority,
    options?: SendOptions,
  ): Observable<ReplyFor<Msg, M>>;

  /**
   * Asks one of the actors bound to a topic: the one that the broker's router picks, at subscription. Actors whose mailbox is closed are
   * passed over. Errors with `BrokerError('RoutingFailed')` if no other is bound, or the router throws or picks none of them.
   *
   * @throws {BrokerError | TypeError | RangeError} at the call, for a bad key or option.
   */
  sendWithRouting<const K extends RoutingKey<TopicName>, const M>(
    key: K,
    message: Accepted<TopicMessage<NoInfer<K>>, M>,
    options?: SendOptions,
  ): Observable<ReplyFor<TopicMessage<K>, M>>;

  /**
   * Asks every actor. Emits one result for each, in registration order, or with `{ order: 'settled' }` in the order of the replies; then
   * completes. A failure is a result too. Of a streamed reply the last value is the result. Without a target it completes empty.
   *
   * The message is offered to every target before the first turn, and results are told between turns. Unsubscribing cancels what is left,
   * so `take(1)` cancels the turns that have not begun (rule R3).
   *
   * @throws {TypeError | RangeError} at the call, for a bad option.
   */
  broadcast<const M>(message: M, options?: BroadcastOptions): Observable<BroadcastResult<ReplyOf<M>>>;

  /** `broadcast` to the actors whose id passes a synchronous filter. If the filter throws, nothing is sent, and the result errors. */
  broadcastFilter<const M>(
    message: M,
    filter: (id: ActorId) => boolean,
    options?: BroadcastOptions,
  ): Observable<BroadcastResult<ReplyOf<M>>>;

  /**
   * Tells every actor, or those whose id passes the filter, at once. Returns how many mailboxes took the message. If the filter throws,
   * nothing is sent, and the call throws that error.
   */
  tryBroadcast(message: unknown, filter?: (id: ActorId) => boolean): number;

  /** Every broadcast message, for observers that are no actors, in the order in which every target gets them. */
  readonly broadcasts$: Observable<unknown>;

  /**
   * Binds an actor to a topic or a pattern (`orders.*`, `orders.>`), until the result is unsubscribed or the actor ends.
   *
   * The look-up of a topic does not cost more for more bindings. It visits every branch of patterns that can still match: if patterns mix `*`
   * with the topic's own tokens at k places, these are at most 2^k branches (rule T3).
   *
   * @throws {BrokerError} `NotFound` for an unknown id, `RoutingFailed` for a malformed pattern.
   */
  bind<K extends string>(topic: K, id: ActorId<TopicMessage<K>>): Unsubscribable;

  /**
   * The messages of a topic or a pattern as a stream. Retained messages come first, synchronously, then each message as it is published. With
   * `initial` the topic is observed as state, as `topicState` does.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed pattern.
   * @throws {TypeError} for a bad option.
   */
  topic$<K extends string>(pattern: K, options?: TopicOptions<TopicMessage<NoInfer<K>>>): Observable<TopicMessage<K>>;

  /**
   * The messages of a topic or a pattern, as `topic$` has them, each with its topic and whether it was retained.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed pattern.
   */
  publications$<K extends string>(pattern: K): Observable<Publication<TopicMessage<K>>>;

  /**
   * The topic's retained message. `undefined` if there is none.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed topic, or a pattern.
   */
  retained<K extends TopicName>(topic: K): TopicMessage<K> | undefined;
  /**
   * Forgets the topic's retained message, for observers that subscribe later.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed topic, or a pattern.
   */
  clearRetained(topic: TopicName): void;

  /** Emits `undefined` once and completes when the actor ends; at once if no actor has this id. */
  watch(id: ActorId): Observable<void>;

  /** Whether an actor has this id now. Its mailbox may be closed. */
  isRegistered(id: ActorId): boolean;
  /** How many actors are registered. */
  registeredCount(): number;
  /** The ids of all actors, in registration order: a new array. */
  actorIds(): ActorId[];

  /** The numbers as they are now. This adds up one count of each actor: some nanoseconds an actor. */
  metrics(): BrokerMetrics;
  /** The mailbox of an actor in numbers, as they are now. `undefined` if no actor has this id. @throws {TypeError} for a bad id. */
  mailboxMetrics(id: ActorId): MailboxMetrics | undefined;
  /** Which actors take which topics and patterns, in the order of binding: a new array. */
  bindings(): readonly TopicBinding[];
  /** The numbers at once, then again every `metricsInterval` milliseconds. */
  readonly metrics$: Observable<BrokerMetrics>;
  /** Every message that is lost (rule O3), in order. */
  readonly deadLetters$: Observable<DeadLetter>;
  /** Everything that happens in the broker, in order. While it is observed, every message takes a slower path. */
  readonly events$: Observable<BrokerEvent>;
  /**
   * The events of these actors, in order: those of their messages and dead letters, and of their own life; not the end of the broker. An actor
   * need not be registered yet. While they are observed, messages to these actors take a slower way, and messages to others do not.
   *
   * @throws {TypeError} for a bad id.
   */
  eventsOf(...ids: ActorId[]): Observable<BrokerEvent>;

  /**
   * Refuses newcomers from outside with `BrokerClosed`, lets queued messages run and open turns finish, ends every actor, and completes
   * every stream. Resolves when that is done. Also `[Symbol.asyncDispose]`, if the runtime has it.
   *
   * A second call returns the same promise; with `drain: false` it ends at once what the first call waits for. A message in a mailbox without
   * a consumer, or a turn that awaits this very promise, never ends: the broker waits for it until `timeout`.
   *
   * @throws {TypeError | RangeError} at the call, for a bad option.
   */
  close(options?: CloseOptions): Promise<void>;
}

import type { Observable, Unsubscribable } from 'rxjs';
import type { Actor } from '../mailbox/actor/actor';
import type { Handler } from '../mailbox/actor/handler';
import type { AnyProtocol, Covers, HandlersOf } from '../mailbox/actor/protocol-handlers';
import type { Mailbox } from '../mailbox/mailbox';
import type { ActorId } from '../message/actor-id';
import type { Priority } from '../message/priority';
import type { Publisher } from '../message/publisher';
import type { Accepted, ReplyFor, ReplyOf } from '../message/reply-of';
import type { RoutingKey } from '../message/routing-key';
import type { BroadcastOptions, SendOptions } from '../message/send-options';
import type { Sender } from '../message/sender';
import type { TopicMessage } from '../message/topic';
import type { BrokerEvent } from '../observability/broker-event';
import type { BrokerMetrics } from '../observability/broker-metrics';
import type { DeadLetter } from '../observability/dead-letter';
import type { ActorRef } from './actor-ref';
import type { AsyncCloseable } from './async-closeable';
import type { BroadcastResult } from './broadcast-result';
import type { Registration } from './registration';
import type { RegisterOptions, SpawnOptions } from './spawn-options';

/** One message of a topic's stream. */
export interface Publication<Msg = any> {
  readonly topic: string;
  readonly message: Msg;
  /** Whether it was kept from before the subscription. */
  readonly retained: boolean;
}

/** How a broker is closed. */
export interface CloseOptions {
  /** Let what is queued and running finish. Default true. */
  readonly drain?: boolean;
  /** Milliseconds for that. Default 5,000. */
  readonly timeout?: number;
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
   * @throws {BrokerError} `AlreadyRegistered` for a taken id or mailbox, and for one that is just being emptied by its unregistration (by
   * `onStop` it is free); nothing is changed. `RoutingFailed` for a malformed topic; `BrokerClosed` once the broker closes. Throws what
   * `onStart` throws, and then nothing is registered.
   */
  register<Msg>(id: ActorId<Msg>, mailbox: Mailbox<NoInfer<Msg>>, options?: RegisterOptions): Registration;

  /**
   * Ends an actor: its queue is emptied (`ActorNotFound`), its turns are aborted (`ActorStopped`), its bindings dropped, its id free.
   *
   * @throws {BrokerError} `NotFound` for an unknown id. The idempotent way is the registration's `unsubscribe`.
   */
  unregister(id: ActorId): void;

  /**
   * Registers an actor and makes its mailbox. With a protocol: one typed handler for each of its messages.
   *
   * @throws {TypeError | RangeError} for a bad id, actor or option, and what `register` throws.
   */
  spawn<Msg>(id: ActorId<Msg>, actor: Handler<NoInfer<Msg>> | Actor<NoInfer<Msg>>, options?: SpawnOptions): Registration;
  spawn<Msg, P extends AnyProtocol<P>>(
    id: ActorId<Msg>,
    protocol: P & NoInfer<Covers<Msg, P>>,
    handlers: HandlersOf<P>,
    options?: SpawnOptions,
  ): Registration;

  /** A handle on one actor, which need not exist yet. */
  ref<Msg>(id: ActorId<Msg>): ActorRef<Msg>;

  /** `send` with a priority. */
  sendWithPriority<Msg, const M>(
    id: ActorId<Msg>,
    message: M & Accepted<Msg>,
    priority: Priority,
    options?: SendOptions,
  ): Observable<ReplyFor<Msg, M>>;

  /**
   * Asks one of the actors bound to a topic, picked by the broker's router. Cold. Closed mailboxes are passed over.
   * Errors with `BrokerError('RoutingFailed')` when none is bound.
   */
  sendWithRouting<const K extends RoutingKey, const M>(
    key: K,
    message: M & Accepted<TopicMessage<NoInfer<K>>>,
    options?: SendOptions,
  ): Observable<ReplyFor<TopicMessage<K>, M>>;

  /**
   * Asks every actor: one result for each, in registration order, or with `{ order: 'settled' }` as they come. A failure is a value.
   * Offered to every target, and started at every idle one, before the first result is emitted; one that takes something more urgent
   * first, or loses its consumer, holds nobody up. No target: completes empty.
   */
  broadcast<const M>(message: M, options?: BroadcastOptions): Observable<BroadcastResult<ReplyOf<M>>>;

  /** The same for the actors whose id passes, by a filter that answers at once. One that throws errors before anything is sent. */
  broadcastFilter<const M>(
    message: M,
    filter: (id: ActorId) => boolean,
    options?: BroadcastOptions,
  ): Observable<BroadcastResult<ReplyOf<M>>>;

  /** Tells every actor, or those whose id passes, now. How many mailboxes took it. Throws what the filter throws, before anything is sent. */
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
   * A topic or pattern as a stream of its messages, retained ones first, synchronously.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed pattern.
   */
  topic$<K extends string>(pattern: K): Observable<TopicMessage<K>>;

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
  retained<K extends string>(topic: K): TopicMessage<K> | undefined;
  /**
   * Forgets it; whoever subscribes from now on gets none.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed topic, or a pattern.
   */
  clearRetained(topic: string): void;

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

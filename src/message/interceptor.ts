import type { ActorId } from './actor-id';
import type { Envelope } from './envelope';
import type { ActorContext } from './message-broker';

/** A message on its way out, as the `send` of an interceptor sees it. */
export interface Outgoing {
  /** The message, as the interceptor before has left it. */
  readonly message: any;
  /** How it is sent: `trySend`, `offer` and redeliveries are tells. */
  readonly kind: 'ask' | 'tell' | 'broadcast' | 'publish';
  /** The actor it is for. Absent for broadcasts, publications, and messages that are still to be routed. */
  readonly target?: ActorId;
  /** The topic it is published on or routed by. */
  readonly topic?: string;
  /** Its headers so far, those of the turn that sends it among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The envelope of the message in whose turn it is sent, if it is sent by the turn's context. */
  readonly parent?: Envelope;
}

/** What the `send` of an interceptor changes. */
export interface OutgoingChange {
  /** Stands in for the message, if this property is there. */
  readonly message?: any;
  /** Headers, which are merged with those that the message has. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Stands around every send and every turn of a broker, in the manner of Angular's `HttpInterceptorFn` (`BrokerOptions.interceptors`). The
 * first interceptor in the list is the outermost.
 *
 * ```ts
 * const traced: Interceptor = {
 *   send: ({ headers }) => ({ headers: { trace: headers['trace'] ?? crypto.randomUUID() } }),
 *   handle: (message, { envelope }, next) => logger.run({ trace: envelope.headers['trace'] }, next),
 * };
 * const broker = new InMemoryMessageBroker({ interceptors: [traced] });
 * ```
 */
export interface Interceptor {
  /**
   * Is called around every turn, on its stack. `next()` calls the next interceptor, and the last one calls the handler; what it returns is the
   * handler's result: a value, a promise or a stream. What `handle` returns is the reply. Without calling `next` it answers in place of the
   * handler. A second call of `next` throws. It is not called for the messages of `deliveries$`,
   * which has no handler.
   */
  handle?(message: any, context: ActorContext, next: () => any): any;
  /**
   * Is called once for every send, before its targets are looked up and before anyone sees the message: asks, tells, offers, broadcasts,
   * publications and redeliveries. Synchronous. An error that it throws refuses the message with `Rejected`, and is the `cause` of the
   * `SendError`.
   */
  send?(outgoing: Outgoing): OutgoingChange | void;
}

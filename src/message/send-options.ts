import type { ActorId } from './actor-id';
import type { Priority } from './priority';

/** Options of a tell: a message whose reply nobody waits for. */
export interface TellOptions {
  /** Default `'normal'`. A priority in a routing key, or the one given to `sendWithPriority`, counts instead. */
  readonly priority?: Priority;
  /**
   * Milliseconds that the message may wait for its turn; after more than that it fails with `Expired`. The mailbox looks at this when the
   * turn comes, and at the head of a full queue that needs room (rule M3). Default: the `ttl` of the mailbox.
   */
  readonly ttl?: number;
  /** The actor that sends the message: `envelope.sender`. */
  readonly sender?: ActorId;
  /** Texts that travel with the message, such as a trace context. The object is not copied, so it must not be changed later. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Options of an ask. */
export interface SendOptions extends TellOptions {
  /**
   * Milliseconds from subscription to the first value or completion (rule S4). Default: the broker's `requestTimeout`. `Infinity` is none.
   */
  readonly timeout?: number;
  /** If it aborts, the message is cancelled, and the reply errors with the signal's reason (rule S3). */
  readonly signal?: AbortSignal;
}

/** Options of a broadcast. */
export interface BroadcastOptions extends SendOptions {
  /** The order of the results. `registered` (default) is that of registration. `settled` is that of the replies, so `take(3)` is a quorum. */
  readonly order?: 'registered' | 'settled';
}

/** Options of a publication. */
export interface PublishOptions {
  /**
   * Whether the message is kept as the topic's last value (rule T4). Observers that subscribe later receive it first; actors that are bound
   * later do not. Default false, which leaves the kept value as it is.
   */
  readonly retain?: boolean;
}

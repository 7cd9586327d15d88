import type { ActorId } from './actor-id';
import type { Priority } from './priority';

/** What may be said about a message that nobody waits for. */
export interface TellOptions {
  /** Default `'normal'`. The priority of a routing key, and of `sendWithPriority`, goes before it. */
  readonly priority?: Priority;
  /**
   * Milliseconds it may wait before its turn; after that it fails with `Expired`. With 0 only an idle actor handles it. Default: the
   * mailbox's, or none.
   */
  readonly ttl?: number;
  /** Who sends it, for the envelope. `context.send` and `context.trySend` fill it in. */
  readonly sender?: ActorId;
  /** Texts that should travel along, such as a trace context. Not copied: leave it as it is. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What may be said about an ask. */
export interface SendOptions extends TellOptions {
  /**
   * Milliseconds from subscription to the first value or completion (rule S4). Default: the broker's `requestTimeout`; `Infinity`: none.
   */
  readonly timeout?: number;
  /** Aborting it cancels, and errors the reply with the signal's reason (rule S3). */
  readonly signal?: AbortSignal;
}

/** What may be said about a broadcast. */
export interface BroadcastOptions extends SendOptions {
  /** `registered` (default): results in registration order. `settled`: as they come, so `take(3)` is a quorum. */
  readonly order?: 'registered' | 'settled';
}

/** What may be said about a publication. */
export interface PublishOptions {
  /**
   * Keep it as the topic's last value, for observers that subscribe later (rule T4); not for actors that are bound later. Default false: then
   * what is kept stays what it was.
   */
  readonly retain?: boolean;
}

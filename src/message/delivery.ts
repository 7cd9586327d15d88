import type { ActorContext } from './message-broker';

/**
 * One message handed out by `deliveries$`. The next comes when this one is settled, by `reply`, `complete` or `fail`; whichever
 * comes first counts, the rest is ignored.
 */
export interface Delivery<Msg = any> {
  /** The message. */
  readonly message: Msg;
  /** What a handler would get: the envelope, the signal, and `send` and `trySend` for this turn. */
  readonly context: ActorContext;
  /** Emits `value` as the reply and settles. */
  reply(value?: unknown): void;
  /** Emits one value of a streamed reply; `complete` or `fail` ends it. */
  next(value: unknown): void;
  /** Ends a streamed reply and settles; without a value before, the reply is empty. */
  complete(): void;
  /** Settles with `error`, which reaches the caller unchanged, or becomes a dead letter if nobody asked. */
  fail(error: unknown): void;
}

import type { ActorContext } from './message-broker';

/**
 * One message handed out by `deliveries$`. `reply`, `complete` or `fail` settles the delivery, and then the next one comes. The first of
 * these calls counts; later ones are ignored.
 */
export interface Delivery<Msg = any> {
  /** The message. */
  readonly message: Msg;
  /** The context of this turn, as a handler gets it: the envelope, the signal, and `send` and `trySend`. */
  readonly context: ActorContext;
  /** Emits `value` as the reply and settles. */
  reply(value?: unknown): void;
  /** Emits one value of a streamed reply, which `complete` or `fail` ends. */
  next(value: unknown): void;
  /** Settles: the streamed reply is complete. */
  complete(): void;
  /** Settles with `error`. The caller receives this very error; if nobody asked, the message becomes a dead letter. */
  fail(error: unknown): void;
}

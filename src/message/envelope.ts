import type { ActorId } from './actor-id';
import type { Priority } from './priority';

/** What a message carries besides itself: a plain, frozen object, made when it is first read. */
export interface Envelope {
  /** Unique within its broker, and the same in every event and dead letter of this message. */
  readonly id: string;
  /** How urgent it is within its mailbox. */
  readonly priority: Priority;
  /** The topic it was published or routed to, if it was. */
  readonly topic?: string;
  /** Who sent it, if the sender said so. `context.send` and `context.trySend` say so by themselves. */
  readonly sender?: ActorId;
  /**
   * When it was sent, in ms of the broker's scheduler: read once for each call from outside and each turn (rule D5). For a message that
   * ran at once, the time of its turn.
   */
  readonly sentAt: number;
  /** 1 for the first, one more for each redelivery. */
  readonly attempt: number;
  /** What the sender gave, such as a trace context. Empty if nothing. */
  readonly headers: Readonly<Record<string, string>>;
}

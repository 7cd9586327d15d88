import type { ActorId } from './actor-id';
import type { Priority } from './priority';

/** The facts about a message besides its content: a plain, frozen object, made when it is first read. */
export interface Envelope {
  /** Unique in the broker. Every event and dead letter of this message has the same id. */
  readonly id: string;
  /** How urgent it is within its mailbox. */
  readonly priority: Priority;
  /** The topic that the message was published on or routed by, if any. */
  readonly topic?: string;
  /** The actor that sent it, if the options of the send named one. `context.send` and `context.trySend` name their own actor. */
  readonly sender?: ActorId;
  /**
   * When it was sent, in milliseconds of the broker's scheduler. The clock is read once for each call from outside and each turn (rule D5).
   * For a message that ran at once this is the time of its turn.
   */
  readonly sentAt: number;
  /** 1, plus 1 for each redelivery. */
  readonly attempt: number;
  /** The headers that the sender gave, such as a trace context. Default: an empty object. */
  readonly headers: Readonly<Record<string, string>>;
}

import type { FailureCode } from '../failure/failure-code';
import type { ActorId } from './actor-id';
import type { DeadLetter } from './dead-letter';
import type { Priority } from './priority';

/** The fields of every event about a message. */
export interface MessageStage {
  /** The message's id, the same in all its events. */
  readonly id: string;
  /** Absent if no route was found. */
  readonly target?: ActorId;
  /** The topic that it was published on or routed by, if any. */
  readonly topic?: string;
  /** The message itself, by reference. */
  readonly message: unknown;
  /** How urgent it is within its mailbox. */
  readonly priority: Priority;
  /** Whether a caller waits for the reply. (The sender of an `offer` does not.) */
  readonly asked: boolean;
  /** When it happened, in milliseconds of the broker's scheduler. */
  readonly at: number;
}

/** The fields of the events about an actor's life. */
export interface ActorStage {
  /** The actor. */
  readonly id: ActorId;
  /** When it happened, in milliseconds of the broker's scheduler. */
  readonly at: number;
}

/** How a turn ended. */
export type TurnOutcome = 'succeeded' | 'errored' | 'aborted';

/**
 * Something that happened in a broker: a union by `kind`. A message is first `sent`. If it has to wait, it is `queued`. Then it is either
 * `failed` or `delivered`, and a delivered message is `settled` once. A message that is lost is `dead-lettered` after `failed` or `settled`.
 */
export type BrokerEvent =
  | (ActorStage & {
      /** An actor was registered. */
      readonly kind: 'registered';
    })
  | (ActorStage & {
      /** An actor has ended, and its id is free. */
      readonly kind: 'unregistered';
    })
  | (MessageStage & {
      /** A message was sent. */
      readonly kind: 'sent';
      /** Whether the message is one target's part of a broadcast. */
      readonly broadcast: boolean;
      /** How often it has been sent: 1, and one more for each redelivery. */
      readonly attempt: number;
      /** The headers that travel with it. */
      readonly headers: Readonly<Record<string, string>>;
      /** The actor that its sender named, or in whose turn it was sent by the context. */
      readonly sender?: ActorId;
      /** The id of the message in whose turn it was sent. */
      readonly parentId?: string;
    })
  | (MessageStage & {
      /** A message has to wait. */
      readonly kind: 'queued';
      /** Whether the mailbox is full, and the sender waits for a place (`overflow: 'block'`). */
      readonly waiting: boolean;
    })
  | (MessageStage & {
      /** A message was handed to its actor. */
      readonly kind: 'delivered';
    })
  | (MessageStage & {
      /** The turn of a message has ended. */
      readonly kind: 'settled';
      /** How the turn ended. */
      readonly outcome: TurnOutcome;
      /** Why the turn did not succeed. */
      readonly code?: FailureCode | 'HandlerFailed' | 'Cancelled';
      /** What the handler threw, or the error of an aborted turn, which its caller and `context.signal` also get. */
      readonly error?: unknown;
    })
  | (MessageStage & {
      /** A message ended before it had a turn. */
      readonly kind: 'failed';
      /** Why it failed. */
      readonly code: FailureCode | 'NoRoute' | 'Cancelled';
    })
  | {
      /** A message was lost. */
      readonly kind: 'dead-lettered';
      /** The message, and why it was lost. */
      readonly letter: DeadLetter;
      /** When it was lost, in milliseconds of the broker's scheduler. */
      readonly at: number;
    }
  | {
      /** A mailbox or the broker was closed. */
      readonly kind: 'closed';
      /** The actor whose mailbox was closed. Absent if the broker was closed. */
      readonly id?: ActorId;
      /** What `mailbox.error(error)` was given. */
      readonly error?: unknown;
      /** When it was closed, in milliseconds of the broker's scheduler. */
      readonly at: number;
    };

import type { FailureCode } from '../failure/failure-code';
import type { ActorId } from './actor-id';
import type { DeadLetter } from './dead-letter';
import type { Priority } from './priority';

/** What every event of a message's way says. */
export interface MessageStage {
  /** The message's id: the same at every stage. */
  readonly id: string;
  /** Absent where no actor was found to send it to. */
  readonly target?: ActorId;
  /** The topic it was published or routed to, if it was. */
  readonly topic?: string;
  /** The message itself, by reference. */
  readonly message: unknown;
  /** How urgent it is within its mailbox. */
  readonly priority: Priority;
  /** Whether a caller waits for the reply. */
  readonly asked: boolean;
  /** Milliseconds of the broker's scheduler. */
  readonly at: number;
}

/** What every event of an actor's life says. */
export interface ActorStage {
  /** The actor. */
  readonly id: ActorId;
  /** Milliseconds of the broker's scheduler. */
  readonly at: number;
}

/** How a turn ended. */
export type TurnOutcome = 'succeeded' | 'errored' | 'aborted';

/**
 * One step in the life of a broker, as one discriminated union. A message is `sent`, `queued` where it has to wait, then either `failed` or
 * `delivered`; what was delivered is `settled` once. A message that is lost is `dead-lettered` after that. What an observer does
 * when it is told that a message is sent comes after that message (rules M3, D2).
 */
export type BrokerEvent =
  | (ActorStage & {
      /** The actor can be sent to. */
      readonly kind: 'registered';
    })
  | (ActorStage & {
      /** The actor has ended; its id is free. */
      readonly kind: 'unregistered';
    })
  | (MessageStage & {
      /** Someone has sent it, to this target. */
      readonly kind: 'sent';
      /** Whether this is one target's part of a broadcast. */
      readonly broadcast: boolean;
    })
  | (MessageStage & {
      /** It has to wait. */
      readonly kind: 'queued';
      /** Whether its sender is parked until there is a place (`overflow: 'block'`). */
      readonly waiting: boolean;
    })
  | (MessageStage & {
      /** It was handed to the actor: its turn begins. */
      readonly kind: 'delivered';
    })
  | (MessageStage & {
      /** Its turn is over. */
      readonly kind: 'settled';
      /** How. */
      readonly outcome: TurnOutcome;
      /** Why, where it did not succeed. */
      readonly code?: FailureCode | 'HandlerFailed' | 'Cancelled';
      /** What the handler threw; or why the turn was aborted, as its caller and `context.signal` get it. */
      readonly error?: unknown;
    })
  | (MessageStage & {
      /** It has ended before a handler saw it. */
      readonly kind: 'failed';
      /** Why. */
      readonly code: FailureCode | 'NoRoute' | 'Cancelled';
    })
  | {
      /** A message was lost. */
      readonly kind: 'dead-lettered';
      /** The message, and why. */
      readonly letter: DeadLetter;
      /** Milliseconds of the broker's scheduler. */
      readonly at: number;
    }
  | {
      /** A mailbox, or the broker, takes nothing more. */
      readonly kind: 'closed';
      /** The actor whose mailbox was closed. Absent: the broker was. */
      readonly id?: ActorId;
      /** What the mailbox's `error(error)` was given. */
      readonly error?: unknown;
      /** Milliseconds of the broker's scheduler. */
      readonly at: number;
    };

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
  readonly topic?: string;
  readonly message: unknown;
  readonly priority: Priority;
  /** Whether a caller waits for the reply. */
  readonly asked: boolean;
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
  | { readonly kind: 'registered'; readonly id: ActorId; readonly at: number }
  | { readonly kind: 'unregistered'; readonly id: ActorId; readonly at: number }
  /** `broadcast`: this is one target's part of a broadcast. */
  | (MessageStage & { readonly kind: 'sent'; readonly broadcast: boolean })
  /** `waiting`: its sender is parked until there is a place (`overflow: 'block'`). */
  | (MessageStage & { readonly kind: 'queued'; readonly waiting: boolean })
  | (MessageStage & { readonly kind: 'delivered' })
  | (MessageStage & {
      readonly kind: 'settled';
      readonly outcome: TurnOutcome;
      /** Why, where it did not succeed. */
      readonly code?: FailureCode | 'HandlerFailed' | 'Cancelled';
      readonly error?: unknown;
    })
  /** No handler saw it. */
  | (MessageStage & { readonly kind: 'failed'; readonly code: FailureCode | 'NoRoute' | 'Cancelled' })
  | { readonly kind: 'dead-lettered'; readonly letter: DeadLetter; readonly at: number }
  /** With an id: that actor's mailbox was closed (by `error(error)` if there is one). Without: the broker was. */
  | { readonly kind: 'closed'; readonly id?: ActorId; readonly error?: unknown; readonly at: number };

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
  readonly topic?: string;
  readonly message: unknown;
  readonly priority: Priority;
  /** Whether a caller waits for the reply. */
  readonly asked: boolean;
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
  | { readonly kind: 'registered'; readonly id: ActorId; readonly at: number }
  | { readonly kind: 'unregistered'; readonly id: ActorId; readonly at: number }
  /** `broadcast`: the message is one target's part of a broadcast. */
  | (MessageStage & { readonly kind: 'sent'; readonly broadcast: boolean })
  /** `waiting`: the mailbox is full, and the sender waits for a place (`overflow: 'block'`). */
  | (MessageStage & { readonly kind: 'queued'; readonly waiting: boolean })
  | (MessageStage & { readonly kind: 'delivered' })
  | (MessageStage & {
      readonly kind: 'settled';
      readonly outcome: TurnOutcome;
      /** Why the turn did not succeed. */
      readonly code?: FailureCode | 'HandlerFailed' | 'Cancelled';
      readonly error?: unknown;
    })
  /** The message ended before it had a turn. */
  | (MessageStage & { readonly kind: 'failed'; readonly code: FailureCode | 'NoRoute' | 'Cancelled' })
  | { readonly kind: 'dead-lettered'; readonly letter: DeadLetter; readonly at: number }
  /** With an id, that actor's mailbox was closed; `error` is what `mailbox.error(error)` was given. Without an id, the broker was closed. */
  | { readonly kind: 'closed'; readonly id?: ActorId; readonly error?: unknown; readonly at: number };

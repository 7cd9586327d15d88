import type { FailureCode } from '../failure/failure-code';
import type { ActorId } from './actor-id';
import type { Priority } from './priority';

/**
 * A message that was lost, and why (rule O3): every one that failed before a handler saw it, asked or not, but for what was cancelled; and
 * of those that were handed to an actor, what it failed or was aborted at and nobody had asked.
 */
export interface DeadLetter {
  /** The message's id. */
  readonly id: string;
  /** Whom it was for; absent where no route was found. */
  readonly target?: ActorId;
  /** The topic it was published or routed to, if it was. */
  readonly topic?: string;
  /** The message itself, by reference. */
  readonly message: any;
  /** How urgent it was within its mailbox. */
  readonly priority: Priority;
  /** Why it was lost. `HandlerFailed`: the handler threw or rejected. `NoRoute`: no actor was bound to its topic. */
  readonly reason: FailureCode | 'HandlerFailed' | 'NoRoute';
  /** What the handler threw; or the `SendError` of a turn that had begun, with `started: true`. Without it no handler saw the message. */
  readonly error?: unknown;
  /** Whether its sender waited for a reply, and so knows. */
  readonly asked: boolean;
  /** When it was lost, in milliseconds of the broker's scheduler. */
  readonly at: number;
  /** How often it has been sent: 1, and one more for each redelivery. */
  readonly attempts: number;
  /** What the sender gave to travel along. Empty if nothing. */
  readonly headers: Readonly<Record<string, string>>;
}

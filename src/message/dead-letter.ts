import type { FailureCode } from '../failure/failure-code';
import type { ActorId } from './actor-id';
import type { Priority } from './priority';

/**
 * A message that was lost, and why (rule O3). A message that fails before it has a turn always makes a letter. A message that was handed to
 * an actor makes one if its turn fails or is aborted, and nobody waits for the reply. A cancelled message makes none.
 */
export interface DeadLetter {
  /** The message's id. */
  readonly id: string;
  /** The actor it was sent to. Absent if no route was found. */
  readonly target?: ActorId;
  /** The topic that it was published on or routed by, if any. */
  readonly topic?: string;
  /** The message itself, by reference. */
  readonly message: any;
  /** How urgent it was within its mailbox. */
  readonly priority: Priority;
  /** Why it was lost. `HandlerFailed`: the handler threw or rejected. `NoRoute`: no route was found for its topic. */
  readonly reason: FailureCode | 'HandlerFailed' | 'NoRoute';
  /** What the handler threw, or the `SendError` with which the broker ended the turn. Absent if the message had no turn. */
  readonly error?: unknown;
  /** Whether the sender waited for a reply, or for a place (`offer`). If so, the sender got the error. */
  readonly asked: boolean;
  /** When it was lost, in milliseconds of the broker's scheduler. */
  readonly at: number;
  /** How often it has been sent: 1, plus 1 for each redelivery. */
  readonly attempts: number;
  /** The headers that the sender gave. Default: an empty object. */
  readonly headers: Readonly<Record<string, string>>;
}

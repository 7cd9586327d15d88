// The one import against the house's direction, a type only: a context gives its handler the broker, and the broker takes handlers.
import type { MessageBroker } from '../../broker/message-broker';
import type { ActorId } from '../../message/actor-id';
import type { Sender } from '../../message/sender';
import type { Envelope } from './envelope';

/**
 * What a handler knows of its turn, and what it may do in it.
 *
 * `send` says "this turn waits for it": the ask is cancelled when the turn is aborted, and fails at once with `Deadlock` when no turn
 * round a circle of such asks is free (rule O6). For what nobody waits for there are `trySend` and `broker.send`. `send` and `trySend`
 * name this actor as the envelope's `sender`.
 *
 * Its methods are called on it: `context.send(…)`. What has no state of its own can be taken apart: `(message, { self, envelope, signal }) => …`.
 */
export interface ActorContext extends Sender {
  /** The id of the actor whose turn this is. Empty for a mailbox without a broker. */
  readonly self: ActorId;
  readonly envelope: Envelope;
  /**
   * Aborts when the turn does: cancelled, timed out, unregistered or closed. Its `reason` is the error that the caller gets.
   * Made when it is first read (an `AbortController` costs about 2 µs).
   */
  readonly signal: AbortSignal;
  /**
   * The broker. What is sent through it is nobody's in particular: while the broker closes, it takes that only from the handler's first
   * synchronous stretch; `context.send` and `context.trySend` it takes for as long as the turn is open.
   *
   * @throws {BrokerError} `NotFound` in a mailbox without one.
   */
  readonly broker: MessageBroker;
}

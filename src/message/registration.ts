import type { Unsubscribable } from 'rxjs';
import type { ActorId } from './actor-id';
import type { Closeable } from './closeable';
import type { MailboxOptions } from './mailbox-options';

/** Options of a registration. */
export interface RegisterOptions {
  /** Topic patterns that the actor is bound to from the start. Their message types are not checked; `bind` checks them. */
  readonly topics?: readonly string[];
}

/** Options of a spawned actor and its mailbox. */
export interface SpawnOptions extends MailboxOptions, RegisterOptions {
  /** The most messages that the mailbox queues. Default 1,000; `Infinity` for an unbounded mailbox. */
  readonly capacity?: number;
}

/**
 * An actor's place in a broker.
 *
 * Unsubscribing unregisters the actor. It is idempotent, so a registration can be added to a Subscription or to a `DestroyRef`. If the runtime
 * has `Symbol.dispose`, `using` ends the actor at the end of the block.
 *
 * ```ts
 * const broker = new InMemoryMessageBroker();
 * {
 *   using registration = broker.spawn(actorId<string>('log'), (line) => console.log(line));
 *   broker.trySend(registration.id, 'hello');
 * }
 * broker.isRegistered(actorId('log')); // false
 * ```
 */
export interface Registration extends Unsubscribable, Closeable {
  /** The actor's id. */
  readonly id: ActorId;
  /** Whether the actor has been unregistered, by this registration or otherwise. */
  readonly closed: boolean;
  /**
   * Resolves when the actor has started: at once, or when the promise of `onStart` is fulfilled. Rejects with the error of `onStart`. This
   * is never an unhandled rejection.
   */
  readonly ready: Promise<void>;
}

import type { Unsubscribable } from 'rxjs';
import type { ActorId } from './actor-id';
import type { Closeable } from './closeable';
import type { MailboxOptions } from './mailbox-options';

/** What an actor is bound to when it registers. */
export interface RegisterOptions {
  /** Topic patterns it takes from the start. Their types are not checked: `bind` does. */
  readonly topics?: readonly string[];
}

/** How a spawned actor's mailbox is made. */
export interface SpawnOptions extends MailboxOptions, RegisterOptions {
  /** Messages it queues at most. Default 1,000; `Infinity` for an unbounded one. */
  readonly capacity?: number;
}

/**
 * An actor's place in a broker.
 *
 * Unsubscribing it unregisters the actor, and is idempotent, so it can be added to a Subscription, or to a `DestroyRef`. It is also
 * `[Symbol.dispose]`, where the runtime has it: with `using` the actor ends with the block.
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
   * Resolves when the id is held for certain: in memory at once, or when the promise of `onStart` is fulfilled. Rejects with what `onStart`
   * threw or rejected with. Never an unhandled rejection.
   */
  readonly ready: Promise<void>;
}

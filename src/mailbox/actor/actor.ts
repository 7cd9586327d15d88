import type { ActorContext } from './actor-context';
import type { Handler } from './handler';

/** A handler with a life: a class instance, usually, whose fields are the actor's state. */
export interface Actor<Msg = any> {
  receive: Handler<Msg>;
  /**
   * Called once for each life, before its first turn: when it is registered, or in a mailbox without a broker before its first message.
   * A throw fails the registration, and is thrown there.
   */
  onStart?(context: ActorContext): void;
  /**
   * Called once for each life that has started, when its last turn is over; not when its consumer only gives the seat up. `reason` is what `mailbox.error(reason)` was given, else why it ended: `'unregistered'`,
   * `'closed'` (its mailbox) or `'broker-closed'`.
   */
  onStop?(reason: unknown): void;
}

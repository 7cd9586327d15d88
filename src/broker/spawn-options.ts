import type { MailboxOptions } from '../mailbox/mailbox-options';

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

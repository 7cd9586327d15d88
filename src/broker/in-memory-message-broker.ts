import type { MessageBroker } from '../message/message-broker';
import type { DeadLetterQueue } from '../observability/dead-letter-queue';
import type { BrokerOptions } from './broker-options';
import { withDisposal } from './disposal';
import { LocalBroker } from './local-broker';

/**
 * A broker in one process.
 *
 * Without a `dispatcher` mailboxes drain on the sender's stack (rules D1 to D5): an idle actor has handled a `trySend` when that returns. A
 * message that is sent during a turn is handled after the turn's handler has returned.
 *
 * ```ts
 * const broker = new InMemoryMessageBroker();
 * const greeter = actorId<string>('greeter');
 * broker.spawn(greeter, (name) => console.log(`hello ${name}`));
 * broker.trySend(greeter, 'world');
 * ```
 */
export interface InMemoryMessageBroker extends MessageBroker {
  /**
   * Gives every dead letter to `queue`, which can send it again. Several queues may be attached; a second attachment of a queue does nothing.
   *
   * @throws {TypeError} for anything but a `DeadLetterQueue`.
   */
  withDeadLetterQueue(queue: DeadLetterQueue): this;
}

/** The constructor of `InMemoryMessageBroker`. */
export interface InMemoryMessageBrokerConstructor {
  /** @throws {TypeError | RangeError} for a bad option. */
  new (options?: BrokerOptions): InMemoryMessageBroker;
  /**
   * Makes a broker for about `expectedActors` actors; it may have more. The array that broadcasts walk gets its size beforehand. The table of
   * ids grows as actors come, since a `Map` cannot be given a size.
   *
   * @throws {TypeError | RangeError} unless `expectedActors` is an integer of at least 1, or for a bad option.
   */
  withCapacity(expectedActors: number, options?: BrokerOptions): InMemoryMessageBroker;
}

/** The broker in one process: `new InMemoryMessageBroker(options?)`. */
export const InMemoryMessageBroker: InMemoryMessageBrokerConstructor = /* @__PURE__ */ withDisposal(LocalBroker);

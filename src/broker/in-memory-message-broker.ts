import type { MessageBroker } from '../message/message-broker';
import type { DeadLetterQueue } from '../observability/dead-letter-queue';
import type { BrokerOptions } from './broker-options';
import { LocalBroker } from './local-broker';
import { LocalRegistration } from './registration';

/**
 * The broker in one process, and the default.
 *
 * Mailboxes drain on the sender's stack unless a `dispatcher` says otherwise (rules D1 to D5): an idle actor has handled a `trySend`
 * when it returns, and what is sent during a turn runs when the turn's stack has returned.
 *
 * ```ts
 * const broker = new InMemoryMessageBroker();
 * const greeter = actorId<string>('greeter');
 * broker.spawn(greeter, (name) => console.log(`hello ${name}`));
 * broker.trySend(greeter, 'world');
 * ```
 */
export interface InMemoryMessageBroker extends MessageBroker {
  /** Gives every dead letter to `queue`, which can send them again. Several queues may be attached; one that is already is not again. */
  withDeadLetterQueue(queue: DeadLetterQueue): this;
}

/** What makes brokers in memory: the type of the class. */
export interface InMemoryMessageBrokerConstructor {
  /**
   * A broker without actors. No timer runs, and nothing keeps the process alive.
   *
   * @throws {TypeError | RangeError} for an option out of its range.
   */
  new (options?: BrokerOptions): InMemoryMessageBroker;
  /**
   * A broker for about so many actors: room for the array that broadcasts walk is made beforehand. The table of ids and the mailboxes
   * grow by themselves, since JavaScript's `Map` cannot be told. No bound: more actors are welcome.
   *
   * @throws {RangeError} unless `expectedActors` is an integer of at least 1.
   */
  withCapacity(expectedActors: number, options?: BrokerOptions): InMemoryMessageBroker;
}

/** The broker in one process: `new InMemoryMessageBroker(options?)`. */
export const InMemoryMessageBroker: InMemoryMessageBrokerConstructor = /* @__PURE__ */ disposable();

/** With `[Symbol.asyncDispose]`, and `[Symbol.dispose]` for its registrations, where the runtime has them. */
function disposable(): InMemoryMessageBrokerConstructor {
  const { asyncDispose, dispose } = Symbol as { readonly asyncDispose?: symbol; readonly dispose?: symbol };
  if (asyncDispose !== undefined) Object.defineProperty(LocalBroker.prototype, asyncDispose, { value: close });
  if (dispose !== undefined) Object.defineProperty(LocalRegistration.prototype, dispose, { value: unsubscribe });
  return LocalBroker;
}

function close(this: LocalBroker): Promise<void> {
  return this.close();
}

function unsubscribe(this: LocalRegistration): void {
  this.unsubscribe();
}

import { BrokerError } from '../failure/broker-error';
import { check, checkOptions, describeValue } from '../failure/check';
import type { FailureCode } from '../failure/failure-code';
import { startActor, stopActor } from '../mailbox/consumer-life';
import type { Dispatch } from '../mailbox/dispatch/dispatch';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { emptyMailbox, moveTo } from '../mailbox/mailbox-end';
import { CLOSING, DETACHED } from '../mailbox/state/flags';
import { parsePattern } from '../message/topic-pattern';
import type { Ledger } from '../observability/ledger';
import type { AskContext } from './ask';
import { LocalRegistration, type Registration } from './registration';
import type { Registry } from './registry';
import type { RegisterOptions } from './spawn-options';

/** What the registrar needs of the broker's topics. */
export interface ActorTopics {
  bind(pattern: string, core: MailboxCore): void;
  forget(core: MailboxCore): void;
}

/** Takes actors in and lets them go (rules R1 and R2). */
export class Registrar {
  readonly #registry: Registry;
  readonly #topics: ActorTopics;
  readonly #dispatch: Dispatch;
  readonly #ledger: Ledger;

  constructor({ dispatch, ledger }: AskContext, registry: Registry, topics: ActorTopics) {
    this.#registry = registry;
    this.#topics = topics;
    this.#dispatch = dispatch;
    this.#ledger = ledger;
  }

  /** @throws {BrokerError} `AlreadyRegistered`, `BrokerClosed`, or `RoutingFailed` for a malformed topic; nothing is changed. */
  register(id: string, core: MailboxCore, options: RegisterOptions | undefined): Registration {
    checkOptions(options);
    const topics = options?.topics ?? [];
    check(Array.isArray(topics), 'topics must be an array of topic patterns', topics);
    for (const topic of topics) parsePattern(topic);
    this.#dispatch.settleFanOut();
    if ((this.#dispatch.flags & CLOSING) !== 0) throw new BrokerError('BrokerClosed', `the broker is closing or closed; ${describeValue(id)} cannot be registered`);
    this.#registry.checkFree(id, core);
    core.runQueue.dispatch.host?.leaveBehind(core);
    // Whoever was told of what that lost may have taken the id.
    this.#registry.checkFree(id, core);
    return this.#dispatch.within(() => {
      this.#registry.add(id, core);
      const registration = new LocalRegistration(this, core, id, core.lives);
      try {
        moveTo(core, this.#dispatch.queueFor(core.settings.dispatcher));
        this.#ledger.registered(core);
        // Whoever was told of it may have ended it.
        if (!registration.closed) this.#begin(core, topics);
        return registration;
      } catch (error) {
        registration.unsubscribe();
        throw error;
      }
    });
  }

  /** Throws what `onStart` throws. */
  #begin(core: MailboxCore, topics: readonly string[]): void {
    for (const topic of topics) this.#topics.bind(topic, core);
    startActor(core);
    core.wake();
  }

  /** Unregisters an actor, unless this life of it is over. */
  end(core: MailboxCore, life: number): void {
    // Whoever is told of what that loses may end it, too.
    this.#dispatch.settleFanOut();
    if (core.lives === life) this.#end(core, 'unregistered', 'ActorNotFound', 'ActorStopped');
  }

  /** Every actor ends, since the broker does. */
  endAll(): void {
    const { actors } = this.#registry;
    // Whoever is told of one end may end another, and have it live elsewhere.
    for (const [id, core] of [...actors]) if (actors.get(id) === core) this.#end(core, 'broker-closed', 'BrokerClosed', 'BrokerClosed');
  }

  #end(core: MailboxCore, reason: string, queuedCode: FailureCode, runningCode: FailureCode): void {
    this.#dispatch.within(() => {
      const { id } = core;
      const watchers = this.#registry.remove(core);
      this.#ledger.departed += core.delivered;
      this.#topics.forget(core);
      emptyMailbox(core, queuedCode, runningCode);
      stopActor(core, reason);
      // Its `onStop` may have registered it again; who is told from here finds it gone, or there.
      if (!core.isRegistered) core.flags |= DETACHED;
      this.#ledger.unregistered(id);
      core.checkDrained();
      if (watchers !== undefined) {
        this.#dispatch.emit({ next: () => { watchers.next(); watchers.complete(); } }, undefined);
      }
    });
  }
}

import { BrokerError } from '../failure/broker-error';
import { check, checkCount, checkOptions, describeValue } from '../failure/check';
import type { FailureCode } from '../failure/failure-code';
import { type Starting, attach, emptyMailbox, startActor, stopActor } from '../kernel/life';
import { LoneSystem } from '../kernel/lone-system';
import { MailboxCore } from '../kernel/mailbox-core';
import type { MailboxSettings } from '../kernel/mailbox-settings';
import type { System } from '../kernel/task';
import { type Consumer, consumerOf } from '../mailbox/consumer';
import { resolveMailbox } from '../mailbox/mailbox-options';
import type { ActorHooks } from '../message/message-broker';
import { isProtocol } from '../message/protocol';
import type { RegisterOptions, Registration, SpawnOptions } from '../message/registration';
import { parsePattern } from '../message/topic-pattern';
import type { BrokerSystem } from './broker-system';
import { type RegistrationEnder, LocalRegistration } from './registration';
import { type Registry, endWatch } from './registry';
import type { Topics } from './topics';

/** Messages that a spawned actor's mailbox queues, where its options say nothing. */
const CAPACITY = 1_000;

/** Takes actors in and lets them go (rules R1 and R2). */
export class Registrar implements RegistrationEnder {
  readonly #system: BrokerSystem;
  readonly #registry: Registry;
  readonly #topics: Topics;
  readonly #mailbox: MailboxSettings;

  /** `mailbox`: the settings of a spawned actor's mailbox, where its options say nothing. */
  constructor(system: BrokerSystem, registry: Registry, topics: Topics, mailbox: MailboxSettings) {
    this.#system = system;
    this.#registry = registry;
    this.#topics = topics;
    this.#mailbox = mailbox;
  }

  /**
   * Registers an actor with a mailbox of its own: `first` is its handler or the actor, or a protocol whose handlers are `second`. With a
   * protocol the hooks are among the options.
   *
   * @throws {TypeError | RangeError} for a bad actor or option, and what `register` throws.
   */
  spawn(id: string, first: unknown, second: unknown, third: (SpawnOptions & ActorHooks) | undefined): Registration {
    const hasProtocol = isProtocol(first);
    const options = (hasProtocol ? third : second) as SpawnOptions | undefined;
    checkOptions(options);
    const consumer = hasProtocol ? consumerOf(first, second ?? null, third) : consumerOf(first, undefined);
    const settings = resolveMailbox(options, this.#mailbox);
    const { capacity = CAPACITY } = options ?? {};
    checkCount(capacity, 'capacity');
    return this.register(id, new MailboxCore(capacity, settings, this.#system), options, consumer);
  }

  /**
   * Registers a mailbox. `consumer` takes its seat, where it has none yet. Throws what `onStart` throws, unless it is called later: then it is told.
   *
   * @throws {BrokerError} `AlreadyRegistered`, `BrokerClosed`, or `RoutingFailed` for a malformed topic; nothing is changed.
   */
  register(id: string, core: MailboxCore, options: RegisterOptions | undefined, consumer?: Consumer): Registration {
    checkOptions(options);
    const topics = options?.topics ?? [];
    check(Array.isArray(topics), 'topics must be an array of topic patterns', topics);
    for (const topic of topics) parsePattern(topic);
    const { dispatcher, journal, phase } = this.#system;
    dispatcher.unfold();
    if (phase !== 'open') throw new BrokerError('BrokerClosed', `the broker is closing or closed; ${describeValue(id)} cannot be registered`);
    this.#registry.checkFree(id, core);
    const failures: unknown[] = [];
    let hasReturned = false;
    const registration = dispatcher.step(() =>
      this.#add(id, core, topics, consumer, (error) => {
        if (hasReturned) journal.callbackFailed(`onStart of ${describeValue(id)}`, error);
        else failures.push(error);
      }),
    );
    hasReturned = true;
    if (failures.length > 0) throw failures[0];
    return registration;
  }

  /** Unregisters an actor, unless this life of it is over. */
  end(core: MailboxCore, life: number): void {
    this.#system.dispatcher.step(() => {
      if (core.lives === life) this.#end(core, 'unregistered', 'ActorNotFound');
    });
  }

  /** Every actor ends, since the broker does. Part of a step. */
  endAll(): void {
    for (const core of [...this.#system.actors.values()]) this.#end(core, 'broker-closed', 'BrokerClosed');
  }

  #add(id: string, core: MailboxCore, topics: readonly string[], consumer: Consumer | undefined, failed: (error: unknown) => void): LocalRegistration {
    const system = this.#system;
    this.#registry.add(id, core);
    const registration = new LocalRegistration(this, core);
    moveTo(core, system);
    system.counts.departed -= core.delivered;
    for (const topic of topics) this.#topics.bind(topic, core);
    core.queue?.forEach((message) => system.freeze(message));
    system.journal.registered(core);
    let resolve: (() => void) | undefined;
    let reject: ((error: unknown) => void) | undefined;
    const starting: Starting = {
      started: () => resolve?.(),
      failed: (error, isOver) => {
        reject?.(error);
        if (!isOver) registration.unsubscribe();
        failed(error);
      },
    };
    if (consumer !== undefined) attach(core, consumer.handler, consumer.actor, starting);
    else startActor(core, starting);
    if (core.start === 'scheduled' && core.actor?.onStart !== undefined) {
      registration.waitFor(
        new Promise((onStarted, onFailed) => {
          resolve = onStarted;
          reject = onFailed;
          // Where its life has ended before `onStart` was called, nothing is left to wait for.
          system.dispatcher.add(() => {
            if (registration.closed) onStarted();
          });
        }),
      );
    }
    core.wake();
    return registration;
  }

  #end(core: MailboxCore, reason: string, code: FailureCode): void {
    const { counts, dispatcher, journal } = this.#system;
    const { id } = core;
    const watchers = this.#registry.remove(core);
    counts.departed += core.delivered;
    this.#topics.forget(core);
    // It ends for the reason of its unregistration, and not by the way because it is closed and empty.
    const { rare } = core;
    const whenEnded = rare?.whenEnded;
    if (rare !== null) rare.whenEnded = undefined;
    emptyMailbox(core, code);
    stopActor(core, reason);
    journal.unregistered(id);
    if (watchers.length > 0) dispatcher.add(() => watchers.forEach(endWatch));
    if (rare !== null) rare.whenEnded = whenEnded;
    core.endIfEmpty();
    if (dispatcher.running === core) core.more().whenReturned = () => leaveLater(core);
    else moveTo(core, new LoneSystem());
  }
}

/** The turn in which it was unregistered has returned: it goes on by itself when all of that is told. */
function leaveLater(core: MailboxCore): void {
  const { dispatcher } = core.system;
  core.more().whenReturned = undefined;
  moveTo(core, new LoneSystem());
  dispatcher.add(() =>
    core.system.dispatcher.step(() => {
      core.wake();
      core.endIfEmpty();
    }),
  );
}

/** A mailbox that leaves stays open, with a system of its own. */
function moveTo(core: MailboxCore, system: System): void {
  core.system.left(core);
  // Only a turn that it had there can ask for it.
  if (core.system.host !== null && core.delivered > 0) core.more().formerHost = core.system.host;
  core.system = system;
  core.isLinedUp = false;
  core.refresh();
}

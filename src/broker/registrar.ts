import { BrokerError } from '../failure/broker-error';
import { type Checks, check, checkCount, describeValue } from '../failure/check';
import type { FailureCode } from '../failure/failure-code';
import { type Starting, attach, emptyMailbox, startActor, stopActor } from '../kernel/life';
import { LoneSystem } from '../kernel/lone-system';
import { MailboxCore } from '../kernel/mailbox-core';
import type { MailboxSettings } from '../kernel/mailbox-settings';
import type { Listener } from '../kernel/outlet';
import type { System } from '../kernel/task';
import { type Consumer, HOOKS, consumerOf } from '../mailbox/consumer';
import { MAILBOX, resolveMailbox } from '../mailbox/mailbox-options';
import type { ActorHooks } from '../message/message-broker';
import { isProtocol } from '../message/protocol';
import type { RegisterOptions, SpawnOptions } from '../message/registration';
import { parsePattern } from '../message/topic-pattern';
import type { BrokerSystem } from './broker-system';
import { type RegistrationEnder, LocalRegistration } from './registration';
import { type Registry, endWatch } from './registry';
import type { Topics } from './topics';

/** The default capacity of a spawned actor's mailbox. */
const CAPACITY = 1_000;

/** The checks of the options of `register`. */
export const REGISTER: Checks<RegisterOptions> = {
  topics: (topics) => {
    check(Array.isArray(topics), 'topics must be an array of topic patterns', topics);
    for (const topic of topics) parsePattern(topic);
  },
};

/** The checks of the options of `spawn`. */
export const SPAWN: Checks<SpawnOptions> = /* @__PURE__ */ Object.assign({}, MAILBOX, REGISTER, { capacity: checkCount });

/** The checks of the options of `spawn` with a protocol, which also have the hooks. */
const SPAWN_PROTOCOL: Checks<SpawnOptions & ActorHooks> = /* @__PURE__ */ Object.assign({}, SPAWN, HOOKS);

/** Registers and unregisters actors (rules R1 and R2). */
export class Registrar implements RegistrationEnder {
  readonly #system: BrokerSystem;
  readonly #registry: Registry;
  readonly #topics: () => Topics;
  readonly #mailbox: MailboxSettings;

  /** `mailbox`: the defaults of the mailbox options of `spawn`. */
  constructor(system: BrokerSystem, registry: Registry, topics: () => Topics, mailbox: MailboxSettings) {
    this.#system = system;
    this.#registry = registry;
    this.#topics = topics;
    this.#mailbox = mailbox;
  }

  /**
   * Makes a mailbox and registers it. `first` is a handler or an actor, and `second` the options; or `first` is a protocol, `second` its
   * handlers, and `third` the options with the hooks.
   *
   * @throws {TypeError | RangeError} for a bad actor or option, and what `register` throws.
   */
  spawn(id: string, first: unknown, second: unknown, third: (SpawnOptions & ActorHooks) | undefined): LocalRegistration {
    const hasProtocol = isProtocol(first);
    const options = (hasProtocol ? third : second) as SpawnOptions | undefined;
    const settings = resolveMailbox(options, this.#mailbox, hasProtocol ? SPAWN_PROTOCOL : SPAWN);
    const consumer = hasProtocol ? consumerOf(first, second ?? null, third) : consumerOf(first, undefined);
    const { capacity = CAPACITY, topics } = options ?? {};
    return this.register(id, new MailboxCore(capacity, settings, this.#system), topics, consumer);
  }

  /**
   * Registers a mailbox, with `consumer` as its consumer if that is given. The journal is told what `onStart` throws; this throws it, too, if the
   * outbox calls `onStart` before this returns.
   *
   * @throws {BrokerError} `AlreadyRegistered`, `BrokerClosed`, or `RoutingFailed` for a malformed topic. Nothing is changed then.
   */
  register(id: string, core: MailboxCore, topics: readonly string[] = [], consumer?: Consumer): LocalRegistration {
    const { dispatcher, journal, phase } = this.#system;
    dispatcher.unfold();
    if (phase !== 'open') throw new BrokerError('BrokerClosed', `the broker is closing or closed; ${describeValue(id)} cannot be registered`);
    this.#registry.checkFree(id, core);
    const failures: unknown[] = [];
    const registration = dispatcher.step(() =>
      this.#add(id, core, topics, consumer, (error) => {
        journal.hookFailed('onStart', id, error);
        failures.push(error);
      }),
    );
    if (failures.length > 0) throw failures[0];
    return registration;
  }

  /** Unregisters an actor, unless this life of the actor is over. */
  end(core: MailboxCore, life: number): void {
    this.#system.dispatcher.step(() => {
      if (core.lives === life) this.#end(core, 'unregistered', 'ActorNotFound');
    });
  }

  /** Ends every actor, for the end of the broker. Part of a step. */
  endAll(): void {
    for (const core of [...this.#system.actors.values()]) {
      if (core.isRemote) this.endRemote(core);
      else this.#end(core, 'broker-closed', 'BrokerClosed');
    }
  }

  /** Adds an actor that is registered on another node. Part of a step. */
  addRemote(id: string, core: MailboxCore): void {
    this.#registry.add(id, core);
    this.#system.journal.registered(core);
  }

  /** Removes an actor of another node, where it has ended. Its link ends the messages that are on their way to it. Part of a step. */
  endRemote(core: MailboxCore): void {
    const { counts } = core.system;
    const watchers = this.#registry.remove(core);
    counts.departed += core.delivered;
    this.#topics().forget(core);
    this.#left(core, watchers);
  }

  #add(id: string, core: MailboxCore, topics: readonly string[], consumer: Consumer | undefined, failed: (error: unknown) => void): LocalRegistration {
    const system = this.#system;
    this.#registry.add(id, core);
    const registration = new LocalRegistration(this, core);
    moveTo(core, system);
    system.counts.departed -= core.delivered;
    for (const topic of topics) this.#topics().bind(topic, core);
    core.queue?.forEach((message) => system.freeze(message));
    system.journal.registered(core);
    system.outward?.registered(core);
    let resolve: (() => void) | undefined;
    let reject!: (error: unknown) => void;
    const starting: Starting = {
      started: () => resolve?.(),
      failed: (error, isOver) => {
        reject(error);
        if (!isOver) registration.unsubscribe();
        failed(error);
      },
    };
    if (consumer !== undefined) attach(core, consumer.handler, consumer.actor, starting);
    else startActor(core, starting);
    if (typeof core.start === 'object' && core.actor?.onStart !== undefined) {
      registration.waitFor(
        new Promise((onStarted, onFailed) => {
          resolve = onStarted;
          reject = onFailed;
          // If the life has ended before `onStart` was called, nothing is left to wait for.
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
    const { counts, dispatcher } = this.#system;
    const watchers = this.#registry.remove(core);
    counts.departed += core.delivered;
    this.#topics().forget(core);
    // A closed mailbox must not end here as closed and empty, since its actor stops for another reason.
    const { rare } = core;
    const whenEnded = rare?.whenEnded;
    if (rare !== null) rare.whenEnded = undefined;
    emptyMailbox(core, code);
    stopActor(core, reason);
    this.#left(core, watchers);
    if (rare !== null) rare.whenEnded = whenEnded;
    core.endIfEmpty();
    if (dispatcher.running === core) core.more().whenReturned = () => leaveLater(core);
    else moveTo(core, new LoneSystem());
  }

  /** Tells that an actor has left. */
  #left(core: MailboxCore, watchers: readonly Listener<void>[]): void {
    const { dispatcher, journal, outward } = this.#system;
    journal.unregistered(core.id);
    if (watchers.length > 0) dispatcher.add(() => dispatcher.outbox.callEach(watchers, endWatch));
    outward?.ended(core);
  }
}

/** Lets a mailbox leave the broker after the turn in which it was unregistered. Nothing is queued in it, since `next` waits for this. */
function leaveLater(core: MailboxCore): void {
  core.more().whenReturned = undefined;
  moveTo(core, new LoneSystem());
}

/** Moves a mailbox to another system: into a broker, or out of it, where it gets a system of its own. */
function moveTo(core: MailboxCore, system: System): void {
  const { system: former } = core;
  former.left(core);
  // Only the context of a turn needs the former host.
  if (former.host !== null && core.delivered > 0) core.more().formerHost = former.host;
  core.system = system;
  core.isLinedUp = false;
  core.refresh();
  const { rare } = core;
  if (rare?.idleWatches === undefined) return;
  const watchIdle = (): void => {
    rare.holdsIdle = false;
    core.system.dispatcher.watchIdle(core);
  };
  // A mailbox that has left makes a step of its own for the observers of `idle$`, when its leaving has been told.
  rare.holdsIdle = system.host === null;
  if (rare.holdsIdle) former.dispatcher.add(() => core.system.dispatcher.step(watchIdle));
  else watchIdle();
}

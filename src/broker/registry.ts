import { Observable } from 'rxjs';
import { BrokerError } from '../failure/broker-error';
import { describeValue } from '../failure/check';
import type { MailboxCore } from '../kernel/mailbox-core';
import { type Listener, Outlet } from '../kernel/outlet';
import type { ActorId } from '../message/actor-id';
import type { BrokerSystem } from './broker-system';

/** The most places that are reserved: 32 MB. */
const MOST_RESERVED = 4_194_304;

/** The registered actors in the order of registration, and the watchers of each. */
export class Registry {
  readonly #system: BrokerSystem;
  readonly #watchers = new Map<string, Outlet<void>>();
  /** The actors as an array for broadcasts. The first broadcast makes it, a new actor is appended, and it is dropped when an actor leaves. */
  #roster: MailboxCore[] | undefined;

  constructor(system: BrokerSystem) {
    this.#system = system;
  }

  /** Gives the roster its size, so that it is not copied as it grows. A `Map` cannot be given a size. */
  reserve(expectedActors: number): void {
    this.#roster = new Array<MailboxCore>(Math.min(expectedActors, MOST_RESERVED));
  }

  /** The actor that is registered here. @throws {BrokerError} `NotFound` if there is none, or it is on another node. */
  own(id: string): MailboxCore {
    const core = this.#system.actors.get(id);
    if (core === undefined) throw new BrokerError('NotFound', `no actor is registered as ${describeValue(id)}; register or spawn it first`);
    if (core.isRemote) throw new BrokerError('NotFound', `the actor ${describeValue(id)} is registered on another node; only that one can end or bind it`);
    return core;
  }

  /**
   * The targets of a broadcast, in the order of registration. Without a filter these are the first `countOf` of an array that may be longer.
   * With a filter they are the actors whose id passes, and that are still registered when the filter has seen all ids.
   */
  targets(filter: ((id: ActorId) => boolean) | undefined): readonly MailboxCore[] {
    const { actors } = this.#system;
    const roster = (this.#roster ??= [...actors.values()]);
    if (filter === undefined) return roster;
    const passing = roster.slice(0, actors.size).filter(({ id }) => filter(id as ActorId));
    return passing.filter((core) => actors.get(core.id) === core);
  }

  /** How many of `targets` are targets: the roster may be longer. */
  countOf(targets: readonly unknown[], filter: unknown): number {
    return filter === undefined ? this.#system.actors.size : targets.length;
  }

  /** @throws {BrokerError} `AlreadyRegistered` */
  checkFree(id: string, core: MailboxCore): void {
    const why = this.#system.actors.has(id)
      ? `an actor is registered as ${describeValue(id)} already; choose another id`
      : core.isRegistered
        ? `this mailbox is registered already, as ${describeValue(core.id)}`
        : core.isAtRest
          ? undefined
          : 'a turn of this mailbox is open still, or holds its seat; register it when that has ended';
    if (why !== undefined) throw new BrokerError('AlreadyRegistered', why);
  }

  add(id: string, core: MailboxCore): void {
    const { actors } = this.#system;
    actors.set(id, core);
    core.id = id;
    core.lives++;
    if (this.#roster !== undefined) this.#roster[actors.size - 1] = core;
  }

  /** Removes an actor, and returns its watchers. A later watcher of this id waits for the end of the next actor. */
  remove(core: MailboxCore): readonly Listener<void>[] {
    const watchers = this.#watchers.get(core.id)?.listeners() ?? [];
    this.#watchers.delete(core.id);
    this.#system.actors.delete(core.id);
    core.lives++;
    // The roster is dropped now, since it would keep the actor alive until the next broadcast.
    this.#roster = undefined;
    return watchers;
  }

  /** Emits once and completes when the actor ends; at once if there is none. */
  watch(id: string): Observable<void> {
    return new Observable((subscriber) => {
      if (this.#system.actors.has(id)) {
        let watchers = this.#watchers.get(id);
        if (watchers === undefined) this.#watchers.set(id, (watchers = new Outlet()));
        subscriber.add(watchers.add(subscriber));
      } else this.#system.dispatcher.tellNow(() => endWatch(subscriber));
    });
  }
}

/** Tells a watcher that its actor has ended. */
export function endWatch(watcher: Listener<void>): void {
  watcher.next();
  watcher.complete();
}

import { Observable, Subject } from 'rxjs';
import { BrokerError } from '../failure/broker-error';
import { describeValue } from '../failure/check';
import type { MailboxCore } from '../mailbox/mailbox-core';
import type { ActorId } from '../message/actor-id';

/** Who is registered, in the order of registration; and who waits for whose end. */
export class Registry {
  /** What every send looks up; the broker reads it straight. */
  readonly actors: Map<string, MailboxCore> = new Map();
  readonly #watchers = new Map<string, Subject<void>>();
  /** The actors as one array, which broadcasts walk: made by the first, appended to, made anew after somebody left. */
  #roster: MailboxCore[] | undefined;

  get size(): number {
    return this.actors.size;
  }

  /** Makes room in the roster, so that it is not copied as it grows. A `Map` cannot be told beforehand. */
  reserve(expectedActors: number): void {
    if (this.size === 0) this.#roster = new Array<MailboxCore>(expectedActors);
  }

  /** @throws {BrokerError} `NotFound` */
  registered(id: string): MailboxCore {
    const core = this.actors.get(id);
    if (core === undefined) throw new BrokerError('NotFound', `no actor is registered as ${describeValue(id)}; register or spawn it first`);
    return core;
  }

  ids(): ActorId[] {
    return [...this.actors.keys()] as ActorId[];
  }

  /**
   * Everyone whose id passes. Without a filter it may be longer than it is meant: of this array, which later changes leave alone, only
   * the first `size` are. Throws what the filter throws.
   */
  passing(filter: ((id: ActorId) => boolean) | undefined): readonly MailboxCore[] {
    const everyone = (this.#roster ??= [...this.actors.values()]);
    return filter === undefined ? everyone : everyone.slice(0, this.size).filter((core) => filter(core.id as ActorId));
  }

  /** @throws {BrokerError} `AlreadyRegistered` */
  checkFree(id: string, core: MailboxCore): void {
    if (this.actors.has(id)) throw new BrokerError('AlreadyRegistered', `an actor is registered as ${describeValue(id)} already; choose another id`);
    if (core.isRegistered) throw new BrokerError('AlreadyRegistered', `this mailbox is registered already, as ${describeValue(core.id)}`);
    if (core.extras?.leaving === true) throw new BrokerError('AlreadyRegistered', `this mailbox is being unregistered as ${describeValue(core.id)}; register it in onStop, or when watch(id) emits`);
  }

  add(id: string, core: MailboxCore): void {
    this.actors.set(id, core);
    core.id = id;
    core.lives++;
    if (this.#roster !== undefined) this.#roster[this.size - 1] = core;
  }

  /** Answers those who watch it; who watches this id from here waits for another one's end. */
  remove(core: MailboxCore): Subject<void> | undefined {
    const watchers = this.#watchers.get(core.id);
    this.#watchers.delete(core.id);
    this.actors.delete(core.id);
    core.lives++;
    // Dropped and not only marked: it would keep those who ended alive until the next broadcast.
    this.#roster = undefined;
    return watchers;
  }

  /** Emits once when the actor ends; at once if it is not there. */
  watch(id: string): Observable<void> {
    return new Observable((subscriber) => {
      if (!this.actors.has(id)) {
        subscriber.next();
        subscriber.complete();
        return;
      }
      const ends = this.#watchers.get(id) ?? new Subject<void>();
      this.#watchers.set(id, ends);
      ends.subscribe(subscriber);
      subscriber.add(() => {
        if (!ends.observed && this.#watchers.get(id) === ends) this.#watchers.delete(id);
      });
    });
  }
}

import { Observable, type Unsubscribable } from 'rxjs';
import type { Dispatch } from '../mailbox/dispatch';
import { CLOSED } from '../mailbox/flags';
import type { MailboxCore } from '../mailbox/mailbox-core';
import type { ActorId } from '../message/actor-id';
import { parsePattern } from '../message/topic-pattern';
import { RetainedTopics } from '../routing/retained-topics';
import type { RouteTarget } from '../routing/router';
import { TopicIndex } from '../routing/topic-index';
import type { Publication } from './message-broker';

/** The open ones of some actors, as a router sees them. */
interface Targets {
  readonly list: readonly RouteTarget[];
  readonly ids: ReadonlySet<unknown>;
  /** How many mailboxes were closed when this was made: one more, and it may be wrong. */
  readonly closings: number;
}

/** That an actor is bound to a pattern, once. */
interface Binding {
  readonly pattern: string;
}

/** An actor as its router sees it: its numbers, not its insides. */
class BoundActor implements RouteTarget {
  readonly id: ActorId;
  readonly bindings = new Set<Binding>();
  readonly #core: MailboxCore;

  constructor(core: MailboxCore) {
    this.#core = core;
    this.id = core.id as ActorId;
  }

  get size(): number {
    return this.#core.size;
  }

  get inFlight(): number {
    return this.#core.inFlight;
  }
}

/** Whoever observes a pattern. */
interface TopicObserver {
  next(publication: Publication): void;
  complete(): void;
}

/** One publication on its way to those who observed its topic when it was published. */
class Emission {
  readonly #observers: readonly TopicObserver[];

  constructor(observers: readonly TopicObserver[]) {
    this.#observers = observers;
  }

  next(publication: Publication): void {
    for (const observer of this.#observers) observer.next(publication);
  }
}

/** A broker's topics: who is bound, who observes, what is retained. */
export class Topics {
  readonly #dispatch: Dispatch;
  readonly #bound = new TopicIndex<MailboxCore>();
  readonly #actors = new Map<MailboxCore, BoundActor>();
  /** By what `boundTo` answers, which is the same array for as long as nobody is bound or unbound. */
  #targets: WeakMap<readonly MailboxCore[], Targets> | undefined;
  readonly #observers = new TopicIndex<TopicObserver>();
  readonly #open = new Set<TopicObserver>();
  readonly #maxRetained: number;
  #retained: RetainedTopics | undefined;
  #isClosed = false;

  constructor(dispatch: Dispatch, maxRetained: number) {
    this.#dispatch = dispatch;
    this.#maxRetained = maxRetained;
  }

  get retained(): RetainedTopics {
    return (this.#retained ??= new RetainedTopics(this.#maxRetained));
  }

  /** @throws {BrokerError} `RoutingFailed` for a malformed pattern. */
  bind(pattern: string, core: MailboxCore): Unsubscribable {
    this.#bound.add(pattern, core);
    let actor = this.#actors.get(core);
    if (actor === undefined) this.#actors.set(core, (actor = new BoundActor(core)));
    const { bindings } = actor;
    const binding: Binding = { pattern };
    bindings.add(binding);
    return {
      unsubscribe: () => {
        // Once; and not if its actor has ended, and its bindings with it.
        if (bindings.delete(binding)) this.#bound.remove(pattern, core);
      },
    };
  }

  /** Drops all bindings of an actor that ends. */
  forget(core: MailboxCore): void {
    const actor = this.#actors.get(core);
    if (actor === undefined) return;
    this.#actors.delete(core);
    for (const { pattern } of actor.bindings) this.#bound.remove(pattern, core);
    actor.bindings.clear();
  }

  /** The actors bound to a topic. @throws {BrokerError} `RoutingFailed` for a malformed topic. */
  boundTo(topic: string): readonly MailboxCore[] {
    return this.#bound.match(topic);
  }

  /** The open actors bound to a topic, as a router sees them. @throws {BrokerError} `RoutingFailed` for a malformed topic. */
  targetsOf(topic: string): Targets {
    const cores = this.boundTo(topic);
    const { closings } = this.#dispatch.journal;
    const known = (this.#targets ??= new WeakMap());
    let targets = known.get(cores);
    if (targets === undefined || targets.closings !== closings) {
      const list = cores.filter((core) => (core.flags & CLOSED) === 0).map((core) => this.#actors.get(core) as RouteTarget);
      targets = { list, ids: new Set(list.map(({ id }) => id)), closings };
      known.set(cores, targets);
    }
    return targets;
  }

  /** Those who observe a topic now, as what a publication is given to; nobody: `undefined`. */
  observersOf(topic: string): { next(publication: Publication): void } | undefined {
    const observers = this.#observers.match(topic);
    return observers.length === 0 ? undefined : new Emission(observers);
  }

  /**
   * A pattern as a stream of what `seen` sees of a publication: retained messages first, then what is published.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed pattern.
   */
  observe<T>(pattern: string, seen: (publication: Publication) => T): Observable<T> {
    parsePattern(pattern);
    return new Observable((subscriber) => {
      if (this.#isClosed) {
        subscriber.complete();
        return;
      }
      // Observed first: what the retained messages set off is published to this one, too, after them.
      const retained = this.#retained?.match(pattern);
      const observer: TopicObserver = {
        next: (publication) => subscriber.next(seen(publication)),
        complete: () => subscriber.complete(),
      };
      this.#observers.add(pattern, observer);
      this.#open.add(observer);
      subscriber.add(() => {
        this.#observers.remove(pattern, observer);
        this.#open.delete(observer);
      });
      if (retained !== undefined) this.#tellRetained(observer, retained);
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const observer of [...this.#open]) observer.complete();
    this.#retained?.clear();
  }

  /** Synchronously, whatever else is being told: a state bus must have its first value at once. What it sets off is queued. */
  #tellRetained(observer: TopicObserver, retained: readonly { topic: string; message: unknown }[]): void {
    this.#dispatch.within(() => {
      for (const { topic, message } of retained) observer.next({ topic, message, retained: true });
    });
  }
}

import { Observable, type Unsubscribable } from 'rxjs';
import type { Dispatch } from '../mailbox/dispatch/dispatch';
import type { MailboxCore } from '../mailbox/mailbox-core';
import { CLOSED } from '../mailbox/state/flags';
import type { ActorId } from '../message/actor-id';
import { ANY_REST, parsePattern } from '../message/topic-pattern';
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

/** An actor as its router sees it: its numbers, not its insides. */
class BoundActor implements RouteTarget {
  readonly id: ActorId;
  /** What takes its bindings back. */
  readonly bindings = new Set<() => void>();
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

/** A broker's topics: who is bound, who observes, what is retained. */
export class Topics {
  readonly #dispatch: Dispatch;
  readonly #bound = new TopicIndex<MailboxCore>();
  readonly #actors = new Map<MailboxCore, BoundActor>();
  /** By what `boundTo` answers, which is the same array for as long as nobody is bound or unbound. */
  readonly #targets = new WeakMap<readonly MailboxCore[], Targets>();
  readonly #observers = new TopicIndex<TopicObserver>();
  readonly retained: RetainedTopics;
  #isClosed = false;

  constructor(dispatch: Dispatch, maxRetained: number) {
    this.#dispatch = dispatch;
    this.retained = new RetainedTopics(maxRetained);
  }

  /** @throws {BrokerError} `RoutingFailed` for a malformed pattern. */
  bind(pattern: string, core: MailboxCore): Unsubscribable {
    const remove = this.#bound.add(pattern, core);
    let actor = this.#actors.get(core);
    if (actor === undefined) this.#actors.set(core, (actor = new BoundActor(core)));
    const { bindings } = actor;
    bindings.add(remove);
    return {
      unsubscribe: () => {
        // Once; and not if its actor has ended, and its bindings with it.
        if (bindings.delete(remove)) remove();
      },
    };
  }

  /** Drops all bindings of an actor that ends. */
  forget(core: MailboxCore): void {
    const actor = this.#actors.get(core);
    if (actor === undefined) return;
    this.#actors.delete(core);
    for (const remove of actor.bindings) remove();
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
    let targets = this.#targets.get(cores);
    if (targets === undefined || targets.closings !== closings) {
      const list = cores.filter((core) => (core.flags & CLOSED) === 0).map((core) => this.#actors.get(core) as RouteTarget);
      targets = { list, ids: new Set(list.map(({ id }) => id)), closings };
      this.#targets.set(cores, targets);
    }
    return targets;
  }

  /** Those who observe a topic now, as what a publication is given to; nobody: `undefined`. */
  observersOf(topic: string): { next(publication: Publication): void } | undefined {
    const observers = this.#observers.match(topic);
    if (observers.length === 0) return undefined;
    return {
      next: (publication) => {
        for (const observer of observers) observer.next(publication);
      },
    };
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
      const retained = this.retained.match(pattern);
      const observer: TopicObserver = {
        next: (publication) => subscriber.next(seen(publication)),
        complete: () => subscriber.complete(),
      };
      subscriber.add(this.#observers.add(pattern, observer));
      if (retained.length === 0) return;
      const tell = (): void => {
        for (const publication of retained) observer.next(publication);
      };
      // Synchronously, whatever else is being told: a state bus must have its first value at once. What it sets off comes after.
      if (this.#dispatch.isEmitting) tell();
      else this.#dispatch.emit({ next: tell }, undefined);
    });
  }

  close(): void {
    this.#isClosed = true;
    for (const observer of this.#observers.under(ANY_REST)) observer.complete();
    this.retained.clear();
  }
}

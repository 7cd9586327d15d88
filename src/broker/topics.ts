import { type Unsubscribable, Observable } from 'rxjs';
import type { MailboxCore } from '../kernel/mailbox-core';
import type { Telling } from '../kernel/outbox';
import type { ActorId } from '../message/actor-id';
import { remembering } from '../message/remembering';
import type { Publication, TopicBinding, TopicOptions } from '../message/topic';
import { ANY_REST, parsePattern } from '../message/topic-pattern';
import { RetainedTopics } from '../routing/retained-topics';
import type { RouteTarget } from '../routing/router';
import { TopicIndex } from '../routing/topic-index';
import type { BrokerSystem } from './broker-system';
import { tellTargets } from './cast';
import { detailsOf } from './details-of';
import { tellWith } from './tell';

/** The open actors bound to a topic, as a router sees them. */
interface Targets {
  readonly list: readonly RouteTarget[];
  readonly ids: ReadonlySet<unknown>;
  /** `Counts.closings` when this was made. If that has grown, the list is out of date. */
  readonly closings: number;
}

/**
 * A bound actor: its numbers for the router, and its bindings. A router may keep it, so it has no `#private` state, and its numbers unfold a
 * message in one piece.
 */
class BoundActor implements RouteTarget {
  readonly id: ActorId;
  /** Each key removes the binding that it stands for. */
  readonly bindings = new Map<() => void, { readonly topic: string; readonly order: number }>();
  readonly core: MailboxCore;

  constructor(core: MailboxCore) {
    this.core = core;
    this.id = core.id as ActorId;
  }

  get size(): number {
    this.core.system.dispatcher.unfold();
    return this.core.size;
  }

  get inFlight(): number {
    this.core.system.dispatcher.unfold();
    return this.core.inFlight;
  }

  /** Takes the first binding of a pattern back. */
  unbind(pattern: string): void {
    for (const [remove, { topic }] of this.bindings) {
      if (topic !== pattern) continue;
      this.bindings.delete(remove);
      remove();
      return;
    }
  }
}

/** An observer of a pattern. `isRetained`: the message was published with `retain`. */
interface TopicObserver {
  next(publication: Publication, isRetained: boolean): void;
  complete(): void;
}

/** A broker's topics: their actors, their observers, and their retained messages. */
export class Topics {
  readonly #system: BrokerSystem;
  readonly #bound = new TopicIndex<MailboxCore>();
  readonly #actors = new Map<MailboxCore, BoundActor>();
  /** By the array that `#bound.match` returns, which is often the same one until a binding changes. */
  readonly #targets = new WeakMap<readonly MailboxCore[], Targets>();
  readonly #observers = new TopicIndex<TopicObserver>();
  readonly retained: RetainedTopics;
  #isClosed = false;
  /** How many bindings there have been. */
  #bindings = 0;
  /** Publications to one topic in a row share their details (100 published, then received, in 0.95 of the time). */
  readonly #detailsOf = remembering((topic: string) => detailsOf(undefined, null, topic));

  constructor(system: BrokerSystem, maxRetained: number) {
    this.#system = system;
    this.retained = new RetainedTopics(maxRetained);
  }

  /** @throws {BrokerError} `RoutingFailed` for a malformed pattern. */
  bind(pattern: string, core: MailboxCore): Unsubscribable {
    const remove = this.#bound.add(pattern, core);
    let actor = this.#actors.get(core);
    if (actor === undefined) this.#actors.set(core, (actor = new BoundActor(core)));
    const { bindings } = actor;
    bindings.set(remove, { topic: pattern, order: this.#bindings++ });
    this.#system.outward?.bound(pattern, core);
    return {
      unsubscribe: () => {
        // Only once, and not after its actor has ended with all its bindings.
        if (!bindings.delete(remove)) return;
        remove();
        this.#system.outward?.unbound(pattern, core);
      },
    };
  }

  /** Takes one binding of an actor of another node back: one of this pattern. */
  unbind(pattern: string, core: MailboxCore): void {
    this.#actors.get(core)?.unbind(pattern);
  }

  /** The patterns to which an actor is bound, in the order of binding. */
  patternsOf(core: MailboxCore): string[] {
    return [...(this.#actors.get(core)?.bindings.values() ?? [])].map(({ topic }) => topic);
  }

  /** All bindings in the order of binding. */
  bindings(): TopicBinding[] {
    const all = [...this.#actors.values()].flatMap(({ bindings, id }) => [...bindings.values()].map(({ topic, order }) => ({ topic, id, order })));
    return all.sort((a, b) => a.order - b.order).map(({ topic, id }) => ({ topic, id }));
  }

  /** Drops all bindings of an actor that ends. */
  forget(core: MailboxCore): void {
    const { bindings } = this.#actors.get(core) ?? {};
    this.#actors.delete(core);
    bindings?.forEach((_, remove) => remove());
    bindings?.clear();
  }

  /** The open actors bound to a topic. @throws {BrokerError} `RoutingFailed` for a malformed topic. */
  targetsOf(topic: string): Targets {
    const cores = this.#bound.match(topic);
    const { closings } = this.#system.counts;
    let targets = this.#targets.get(cores);
    if (targets === undefined || targets.closings !== closings) {
      const list = cores.filter(({ status }) => status === 'open').map((core) => this.#actors.get(core) as RouteTarget);
      targets = { list, ids: new Set(list.map(({ id }) => id)), closings };
      this.#targets.set(cores, targets);
    }
    return targets;
  }

  /** Publishes to every observer of the topic and every actor bound to it (rule R4). Returns how many actors took the message. */
  publish(topic: string, given: unknown, lane: number, isRetained: boolean): number {
    const system = this.#system;
    system.dispatcher.unfold();
    const givenDetails = this.#detailsOf(topic);
    const passed = system.pass({ kind: 'publish', message: given, details: givenDetails });
    const { message } = passed;
    if (passed.refusal !== undefined) {
      tellWith(system, passed.refusal, message, lane, givenDetails, null);
      return 0;
    }
    const details = system.outgoing(message, passed.details);
    if (isRetained && !system.refuses(null)) {
      this.retained.set(topic, message);
      system.outward?.retained(topic);
    }
    const targets = this.#bound.match(topic);
    return tellTargets(system, targets, targets.length, message, lane, details, this.announcementOf(topic, message, isRetained), { topic, isRetained });
  }

  /** Forgets the topic's retained message. */
  clearRetained(topic: string): void {
    this.retained.delete(topic);
    this.#system.outward?.cleared(topic);
  }

  /** Tells a message to the observers of a topic. `undefined` if there are none. */
  announcementOf(topic: string, message: unknown, isRetained: boolean): Telling | undefined {
    const observers = this.#observers.match(topic);
    if (observers.length === 0) return undefined;
    const publication = { topic, message, retained: false };
    const { outbox } = this.#system.dispatcher;
    return () => outbox.callEach(observers, (observer) => observer.next(publication, isRetained));
  }

  /**
   * A stream of what `seen` returns for each publication that matches a pattern: the retained messages first, then each new one. With an initial
   * value the stream is state: it begins with the retained message or else this value, and then has only messages published with `retain`.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed pattern.
   */
  observe<T>(pattern: string, seen: (publication: Publication) => T, options: TopicOptions = {}): Observable<T> {
    parsePattern(pattern);
    const isState = 'initial' in options;
    return new Observable((subscriber) => {
      if (this.#isClosed) {
        subscriber.complete();
        return;
      }
      // The observer joins before it is told the retained messages, so that it also gets what these cause to be published.
      const retained: Publication[] = [...this.retained.match(pattern)];
      if (isState && retained.length === 0) retained.push({ topic: pattern, message: options.initial, retained: true });
      const observer: TopicObserver = {
        next: (publication, isRetained) => {
          if (isRetained || !isState) subscriber.next(seen(publication));
        },
        complete: () => subscriber.complete(),
      };
      const leave = this.#observers.add(pattern, observer);
      const { outward } = this.#system;
      outward?.observed(pattern, 1);
      subscriber.add(() => {
        leave();
        outward?.observed(pattern, -1);
      });
      // Synchronously, also inside of a step: a state bus must have its first value at once.
      if (retained.length > 0) this.#system.dispatcher.tellNow(() => retained.forEach((publication) => observer.next(publication, true)));
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#system.dispatcher.outbox.callEach(this.#observers.under(ANY_REST), (observer) => observer.complete());
    this.retained.clear();
  }
}

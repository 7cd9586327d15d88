import { Observable } from 'rxjs';
import type { Dispatcher } from '../kernel/dispatcher';
import { type Listener, Outlet } from '../kernel/outlet';
import type { BrokerEvent } from '../message/broker-event';

/** The empty id, which no actor has: an observer of no actors waits for the end of the broker by it. */
const NOBODY = [''];

/** Those who observe the events of a broker: of all its actors, or of some. */
export class EventStreams {
  readonly #dispatcher: Dispatcher;
  /** Is called with an id when the first observer of this actor has come, and when the last one has left. */
  readonly #changed: (id: string) => void;
  readonly #all = new Outlet<BrokerEvent>();
  /** One outlet for each actor that somebody observes alone. */
  #byActor: Map<string, Outlet<BrokerEvent>> | undefined;
  #stream: Observable<BrokerEvent> | undefined;
  #isOver = false;

  constructor(dispatcher: Dispatcher, changed: (id: string) => void) {
    this.#dispatcher = dispatcher;
    this.#changed = changed;
  }

  /** Whether the events of all actors are observed, or those of some. */
  get isAnyObserved(): boolean {
    return this.#all.observed || this.#byActor !== undefined;
  }

  /** Whether somebody observes this actor alone. */
  watches(id: string | undefined): boolean {
    return this.#byActor !== undefined && id !== undefined && this.#byActor.has(id);
  }

  /** Whether the events of this actor are observed. */
  observes(id: string | undefined): boolean {
    return this.#all.observed || this.watches(id);
  }

  /** Every event, in order. While it has an observer, messages take the slow path. */
  get all(): Observable<BrokerEvent> {
    return (this.#stream ??= this.#all.observing(() => this.#dispatcher.unfold(), (change) => this.#dispatcher.addReason(change)));
  }

  /** The events of some actors, in order. Messages to the others stay on their fast path. */
  of(ids: readonly string[]): Observable<BrokerEvent> {
    return new Observable((subscriber) => {
      this.#dispatcher.unfold();
      if (this.#isOver) subscriber.complete();
      else for (const id of ids.length === 0 ? NOBODY : new Set(ids)) subscriber.add(this.#watch(id, subscriber));
    });
  }

  /** Adds the telling of an event of an actor to the outbox. Only to be called if the actor is observed. */
  tell(event: BrokerEvent, id: string | undefined): void {
    const listeners = this.listenersOf(id);
    const { outbox } = this.#dispatcher;
    this.#dispatcher.add(() => outbox.tellEach(listeners, event));
  }

  /** Those who observe an actor now. */
  listenersOf(id: string | undefined): readonly Listener<BrokerEvent>[] {
    const all = this.#all.listeners();
    const own = id === undefined ? undefined : this.#byActor?.get(id)?.listeners();
    return own === undefined ? all : [...all, ...own];
  }

  /** The last event, then every stream completes. */
  end(last: BrokerEvent): void {
    this.#isOver = true;
    const { outbox } = this.#dispatcher;
    outbox.tellEach(this.#all.listeners(), last);
    this.#all.complete(outbox);
    const outlets = [...(this.#byActor?.values() ?? [])];
    this.#byActor = undefined;
    for (const outlet of outlets) outlet.complete(outbox);
  }

  #watch(id: string, listener: Listener<BrokerEvent>): () => void {
    const byActor = (this.#byActor ??= new Map<string, Outlet<BrokerEvent>>());
    let outlet = byActor.get(id);
    if (outlet === undefined) {
      byActor.set(id, (outlet = new Outlet()));
      this.#changed(id);
    }
    const leave = outlet.add(listener);
    return () => {
      leave();
      if (outlet.observed || this.#byActor?.get(id) !== outlet) return;
      this.#byActor.delete(id);
      if (this.#byActor.size === 0) this.#byActor = undefined;
      this.#changed(id);
    };
  }
}

import { type ActorId, BrokerError, type BrokerOptions, InMemoryMessageBroker, Mailbox, type MessageBroker, SendError, type SendOptions } from 'rx-broker';
import { NEVER, Observable, Subscription } from 'rxjs';
import type { BrokerTraits, BrokerUnderLaw } from './broker-under-law';
import { withMembers } from './in-memory-nodes';
import { type VirtualTime, virtualTime } from './virtual-time';

/** What this double of a distributed broker does not have. */
export const FAR: Partial<BrokerTraits> = { synchronous: false, identity: false, mailboxAnswers: false, oneOrder: false, sendersNode: false };

/** What arrives at the other side of a wire. The broker's own errors are made anew there; others keep name, message and code. */
function copyOf(value: any): any {
  if (value instanceof SendError || value instanceof BrokerError) return value;
  if (value instanceof Error) return Object.assign(new Error(value.message), { name: value.name, code: (value as { readonly code?: unknown }).code });
  if (value?.error !== undefined) return { ...value, error: copyOf(value.error) as unknown };
  return structuredClone(value) as unknown;
}

/**
 * Actors in a broker in memory, and a node from which they are reached over a wire: what it sends, and each reply, arrives as a copy and later.
 * It knows who is there only as of the last time that all has settled.
 *
 * It shows, without a network, that the laws can be run by a distributed broker. It is none itself: `home` counts for both.
 */
export function fromAfar(options: BrokerOptions = {}): BrokerUnderLaw {
  const time = virtualTime({ rounds: 5, ms: 0, slack: 0 });
  const settings = { logDeadLetters: false, scheduler: time.scheduler, ...options };
  const home = new InMemoryMessageBroker(settings);
  const far = new FarNode(home, time);
  const thenLook = async (work: Promise<void>): Promise<void> => {
    await work;
    far.look();
  };
  const broker = far.asBroker();
  return {
    ...{ home, broker, nodes: [home, broker], slack: 0 },
    attach: (queue) => void home.withDeadLetterQueue(queue),
    settle: () => thenLook(time.settle()),
    pass: (ms) => thenLook(time.pass(ms)),
    until: (promise) => time.until(promise),
  };
}

/** The node of the callers. */
class FarNode {
  /** What this node knows: the actors, with mailboxes that take everything, and their topics. It answers the eager sends, and checks arguments. */
  #known = new InMemoryMessageBroker();
  readonly #closed = new Set<ActorId>();
  readonly #home: InMemoryMessageBroker;
  readonly #time: VirtualTime;

  constructor(home: InMemoryMessageBroker, time: VirtualTime) {
    this.#home = home;
    this.#time = time;
    home.events$.subscribe((event) => {
      if (event.kind === 'closed' && event.id !== undefined) this.#closed.add(event.id);
      else if (event.kind === 'registered') this.#closed.delete(event.id);
    });
  }

  /** Learns who is there. */
  look(): void {
    this.#known = new InMemoryMessageBroker({ logDeadLetters: false });
    for (const id of this.#home.actorIds()) {
      const mailbox = Mailbox.unbounded();
      this.#known.register(id, mailbox);
      if (this.#closed.has(id)) mailbox.close();
    }
    for (const { topic, id } of this.#home.bindings()) this.#known.bind(topic, id);
  }

  asBroker(): MessageBroker {
    const home = this.#home;
    const send = (id: ActorId, message: unknown, options?: SendOptions) => this.#cold('send', [id], message, [], options);
    const trySend = (id: ActorId, message: unknown, options: any) => {
      const result = this.#known.trySend(id, message as never, options);
      // What this node refuses, it refuses at once.
      if (!result.ok) return home.trySend(id, copyOf(message) as never, options);
      this.#later(() => home.trySend(id, copyOf(message) as never, options));
      return result;
    };
    return withMembers<MessageBroker>(home, {
      ...{ send, trySend, deadLetters$: NEVER },
      offer: (id: ActorId, message: unknown, options: any) => this.#cold('offer', [id], message, [], options),
      ref: (id: ActorId) => ({ id: home.ref(id).id, trySend: (...args: any[]) => (trySend as any)(id, ...args), send: (...args: any[]) => (send as any)(id, ...args) }),
      sendWithPriority: (id: ActorId, message: unknown, priority: any, options: any) => this.#cold('sendWithPriority', [id], message, [priority], options),
      sendWithRouting: (key: any, message: unknown, options: any) => this.#cold('sendWithRouting', [key], message, [], options),
      broadcast: (message: unknown, options: any) => this.#cold('broadcast', [], message, [], options),
      broadcastFilter: (message: unknown, filter: any, options: any) => this.#cold('broadcastFilter', [], message, [filter], options),
      tryBroadcast: (message: unknown, filter: any) => {
        const targets = new Set(this.#known.actorIds().filter(filter ?? (() => true)));
        const count = this.#known.tryBroadcast(message, filter);
        this.#later(() => home.tryBroadcast(copyOf(message), (id) => targets.has(id)));
        return count;
      },
      publish: (key: any, message: unknown, options: any) => {
        const count = this.#known.publish(key, message, options);
        this.#later(() => home.publish(key, copyOf(message), options));
        return count;
      },
      watch: (id: ActorId) => {
        const ends$ = home.watch(id);
        return this.#over(() => ends$);
      },
      actorIds: () => this.#known.actorIds(),
      registeredCount: () => this.#known.registeredCount(),
      isRegistered: (id: ActorId) => this.#known.isRegistered(id),
    });
  }

  /** Does something when what was sent before has arrived. */
  #later(work: () => unknown): void {
    this.#time.scheduler.schedule(() => void work());
  }

  /** A cold send. Its arguments are checked at the call; a filter is called here, at subscription. */
  #cold(name: 'send' | 'offer' | 'sendWithPriority' | 'sendWithRouting' | 'broadcast' | 'broadcastFilter', before: any[], message: unknown, after: any[], options?: SendOptions): Observable<any> {
    const home = this.#home as unknown as Record<string, (...args: any[]) => Observable<unknown>>;
    // Throws for bad arguments. Nobody subscribes.
    void home[name]!(...before, message, ...after, options);
    const signal = options?.signal;
    const { signal: _stays, ...rest } = options ?? {};
    const sent = (): Observable<unknown> => {
      const travels = name === 'broadcastFilter' ? [this.#chosen(after[0])] : after;
      return home[name]!(...before, copyOf(message), ...travels, rest);
    };
    return this.#over(sent, signal);
  }

  #chosen(filter: (id: ActorId) => boolean): (id: ActorId) => boolean {
    const chosen = new Set(this.#known.actorIds().filter(filter));
    return (id) => chosen.has(id);
  }

  /** A stream of the other side. A signal stays on this side: its reason is the caller's own. */
  #over(start: () => Observable<unknown>, signal?: AbortSignal): Observable<any> {
    return new Observable((caller) => {
      const leave = new Subscription();
      const abort = (): void => caller.error(signal?.reason);
      if (signal?.aborted === true) { abort(); return; }
      signal?.addEventListener('abort', abort);
      leave.add(() => signal?.removeEventListener('abort', abort));
      let there: Observable<unknown>;
      try {
        there = start();
      } catch (error) {
        caller.error(error); return;
      }
      this.#later(() => {
        if (leave.closed) return;
        const inner = there.subscribe({
          next: (value) => this.#later(() => caller.next(copyOf(value))),
          error: (error: unknown) => this.#later(() => caller.error(copyOf(error))),
          complete: () => this.#later(() => caller.complete()),
        });
        leave.add(() => this.#later(() => inner.unsubscribe()));
      });
      return leave;
    });
  }
}

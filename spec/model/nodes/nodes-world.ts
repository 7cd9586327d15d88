import type { ActorContext, ErrorOrigin, Priority, Publication } from 'rx-broker';
import { DistributedMessageBroker } from 'rx-broker/distributed';
import { type Network, type NetworkOptions, createNetwork } from 'rx-broker/testing';
import type { Unsubscribable } from 'rxjs';
import { BrokerHandler, idOf, patienceOf } from '../broker-handler';
import { letterText } from '../broker-lines';
import { answerOf, errorText, replyText, subscribe } from '../broker-subscriber';
import { type Registered, attempt } from '../broker-mailboxes';
import { type ActorName, type Payload, REQUEST_TIMEOUT, type Script, type Settlement } from '../command';
import { Difference } from '../difference';
import type { HeldPromise } from '../held-promise';
import type { HeldStream } from '../held-stream';
import { mailboxLine } from '../lines';
import { Listener } from '../listener';
import { MailboxWorld } from '../mailbox-world';
import type { Account } from './account';
import { type Details, type Host, type Patience, type Turn, type World, nth } from '../world';

export const quiet = { warn: (): void => undefined, error: (): void => undefined };

/** A batch is lost seven times in a row once in four thousand times. */
const MOST_ROUNDS = 50;

/** A mailbox that was registered, on one of the nodes. */
interface Homed extends Registered {
  readonly home: number;
}

/** Two nodes, used by their public API. The mailboxes are made on one node after the other, and messages are sent from either. */
export class NodesWorld extends MailboxWorld<Homed> implements World {
  readonly network: Network;
  readonly nodes: readonly DistributedMessageBroker[];
  /** The messages that were told to an actor of the other node, and those with which a turn asked one. */
  readonly far = { tells: new Set<number>(), asks: new Set<number>() };
  protected readonly handler: BrokerHandler;
  readonly #account: Account | undefined;
  readonly #isLossy: boolean;
  readonly #bindings: Unsubscribable[] = [];
  readonly #held = new Map<string, HeldStream | HeldPromise>();
  /** The names of the turns whose replies are held, as the model has them. */
  readonly #holders: () => readonly string[];
  /** The node of the turn whose handler runs. */
  #turnAt: number | undefined;
  #madeMailboxes = 0;
  #observers = 0;

  /** `account` is told of every message to one actor. */
  constructor(host: Host, { interceptors: count }: Script, faults: NetworkOptions, holders: () => readonly string[], account?: Account) {
    super(host);
    this.#account = account;
    this.#holders = holders;
    this.#isLossy = faults.loss !== undefined;
    const { scheduler } = this;
    this.network = createNetwork({ ...faults, scheduler });
    this.handler = new BrokerHandler({ tell: (channel, line) => host.tell(channel, line), handle: (turn) => host.handle(this.#atHome(turn)) });
    const interceptors = Array.from({ length: count }, (_, index) => this.handler.interceptor(index + 1));
    const onError = (error: unknown, { actorId, message }: ErrorOrigin): void =>
      host.tell('error', `${actorId}: ${errorText(error)}${message === undefined ? '' : `, of ${(message as Payload).n}`}`);
    this.nodes = [0, 1].map((number) => {
      const name = `node ${number}`;
      const transport = this.network.transport(name);
      const requestTimeout = this.#isLossy ? Infinity : REQUEST_TIMEOUT;
      return new DistributedMessageBroker(transport, { scheduler, name, requestTimeout, logDeadLetters: false, logger: quiet, onError, interceptors });
    });
    for (const [number, node] of this.nodes.entries()) {
      subscribe(node.deadLetters$, new Listener(host, 'letter', 'all'), letterText);
      subscribe(node.broadcasts$, new Listener(host, 'broadcast', `on node ${number}`), (message) => `${(message as Payload).n}`);
    }
    this.rest();
  }

  /** Lets everything happen that is due, until all that the nodes have sent has its receipt. */
  rest(): void {
    if (!this.#isLossy) {
      this.pass(0);
      return;
    }
    // A batch without a receipt is sent again after at most two seconds.
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const { sent } = this.network.counts;
      this.pass(3_000);
      if (this.network.counts.sent === sent) return;
    }
    throw new Difference('rest', 'the nodes do not come to rest');
  }

  // Actors -------------------------------------------------------------------------------------------

  watch(actor: ActorName, watcher: Listener): void {
    subscribe(this.#nextNode().watch(idOf(actor)), watcher, () => 'ended');
  }

  eventsOf(): void {}

  // Messages -----------------------------------------------------------------------------------------

  ask(actor: ActorName, payload: Payload, { priority, ttl }: Details, patience: Patience, caller: Listener): void {
    this.#note(actor, payload, priority, false);
    const options = { ...patienceOf(patience), ...(ttl !== Infinity && { ttl }) };
    subscribe(this.#sending(payload).sendWithPriority(idOf(actor), payload, priority, options), caller, replyText);
  }

  offer(actor: ActorName, payload: Payload, { priority, ttl }: Details, patience: Patience, caller: Listener): void {
    this.#note(actor, payload, priority, true);
    const options = { priority, ...patienceOf(patience), ...(ttl !== Infinity && { ttl }) };
    subscribe(this.#sending(payload).offer(idOf(actor), payload, options), caller, replyText);
  }

  tell(actor: ActorName, payload: Payload, { priority, ttl }: Details): string {
    this.#noteFar('tells', actor, payload);
    this.#note(actor, payload, priority, true);
    const isPlain = priority === 'normal' && ttl === Infinity;
    return answerOf(this.#sending(payload).trySend(idOf(actor), payload, isPlain ? undefined : { priority, ...(ttl !== Infinity && { ttl }) }));
  }

  route(topic: string, payload: Payload, { priority, ttl }: Details, patience: Patience, caller: Listener): void {
    // Each node has a router of its own, so all is routed on one of them.
    const options = { ...patienceOf(patience), ...(ttl !== Infinity && { ttl }) };
    subscribe(this.nodes[0]!.sendWithRouting({ topic, priority }, payload, options), caller, replyText);
  }

  broadcast(payload: Payload, to: string, order: 'registered' | 'settled', { priority, ttl }: Details, patience: Patience, caller: Listener): void {
    const options = { priority, order, ...patienceOf(patience), ...(ttl !== Infinity && { ttl }) };
    subscribe(this.#sending(payload).broadcastFilter(payload, (id) => to.includes(id), options), caller, replyText);
  }

  tryBroadcast(payload: Payload, to: string): number {
    return this.#sending(payload).tryBroadcast(payload, (id) => to.includes(id));
  }

  publish(topic: string, payload: Payload, priority: Priority, retain: boolean): number {
    return this.#sending(payload).publish({ topic, priority }, payload, { retain });
  }

  bind(pattern: string, actor: ActorName): string {
    return attempt(() => this.#bindings.push(this.brokerOf(this.registered(actor)).bind(pattern, idOf(actor))));
  }

  unbind(number: number): void {
    nth(this.#bindings, number)?.unsubscribe();
  }

  observe(pattern: string, observer: Listener): void {
    const text = ({ topic, message, retained }: Publication): string => `${topic} ${(message as Payload).n}${retained ? ', retained' : ''}`;
    subscribe(this.#nextNode().publications$(pattern), observer, text);
  }

  settle(number: number, how: Settlement): void {
    const holder = nth(this.#holders(), number);
    if (holder !== undefined) this.#held.get(holder)?.settle(how);
  }

  redeliver(): void {}

  clear(): void {}

  close(drain: boolean, timeout: number): void {
    for (const node of this.nodes) void node.close({ drain, timeout });
  }

  look(): readonly string[] {
    return [this.nodes[0]!.actorIds().join(), ...this.mailboxes.map(({ mailbox }) => mailboxLine(mailbox.metrics(), mailbox.isPaused))];
  }

  // --------------------------------------------------------------------------------------------------

  /** The node that sends a message: that of the turn, or from outside one after the other. */
  #sending({ n }: Payload): DistributedMessageBroker {
    return this.nodes[this.#senderOf(n)]!;
  }

  #senderOf(n: number): number {
    return this.#turnAt ?? n % 2;
  }

  #nextNode(): DistributedMessageBroker {
    return this.nodes[this.#observers++ % 2]!;
  }

  #noteFar(kind: 'tells' | 'asks', actor: ActorName, { n }: Payload, from = this.#senderOf(n)): void {
    const home = this.registered(actor)?.home;
    if (home !== undefined && home !== from) this.far[kind].add(n);
  }

  #note(actor: ActorName, { n, plan }: Payload, priority: Priority, isTold: boolean): void {
    this.#account?.sent(n, { from: this.#senderOf(n), actor, priority, isTold, isRelayed: typeof plan.reply === 'object' });
  }

  /** The turn, which sends from the node of its actor. */
  #atHome(turn: Turn): Turn {
    const home = this.#turnAt;
    return {
      ...turn,
      ask: (actor, payload, patience, caller) => {
        this.#noteFar('asks', actor, payload, home);
        turn.ask(actor, payload, patience, caller);
      },
      tell: (actor, payload) => {
        this.#noteFar('tells', actor, payload, home);
        return turn.tell(actor, payload);
      },
    };
  }

  protected placed(registered: Registered): Homed {
    return { ...registered, home: this.#madeMailboxes++ % 2 };
  }

  protected brokerOf(registered: Homed | undefined): DistributedMessageBroker {
    return this.nodes[registered?.home ?? 0]!;
  }

  protected observeMailbox(actor: ActorName, { mailbox, number }: Homed): void {
    this.follow(actor, new Listener(this.host, 'loss', `${number}`), new Listener(this.host, 'pressure', `${number}`));
    subscribe(mailbox.idle$, new Listener(this.host, 'idle', `${number}`), String);
  }

  protected handle({ home }: Homed, message: Payload, context: ActorContext): unknown {
    const { held } = this.handler;
    const count = held.length;
    this.#turnAt = home;
    try {
      return this.handler.handle(message, context);
    } finally {
      this.#turnAt = undefined;
      if (held.length > count) this.#held.set(`${context.self} ${message.n}`, held[count]!);
    }
  }
}

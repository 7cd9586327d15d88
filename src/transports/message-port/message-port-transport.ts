import type { Transport, TransportListener } from '../../distributed/transport';
import { checkActorId, checkOptions } from '../../failure/check';
import { type Greeter, Meeting, type Newcomer } from './meeting';
import { type MessagePortLike, checkPort, isOwnersPort } from './message-port-like';
import { DEFAULT_HEARTBEAT, MESSAGE_PORT, type MessagePortOptions } from './message-port-options';
import { PortChannel } from './port-channel';
import type { PortMessage } from './port-message';
import { PortNode } from './port-node';

/**
 * Makes a transport of one end of a message channel: of a `Worker` and the inside of it, of `worker_threads`, of two ports, or of a port that was
 * sent to an iframe. At the other end is such a transport, too, or a `hubTransport`, through which all its ports meet.
 *
 * Messages are cloned as `postMessage` clones them. `start` resolves when the two ends have met; of two ends, the one with the smaller node id
 * decides claims. A node that counts as gone is fenced when it says something again.
 *
 * In Node, a port keeps its process alive while the broker is open. `port.unref()` lets the process end. A `Worker` of Node tells an error that
 * ends it by its event `error`. Listen to this event yourself: without a listener, Node ends the whole process.
 *
 * ```ts
 * const broker = new DistributedMessageBroker(messagePortTransport(new Worker(url)));
 * // in the worker: new DistributedMessageBroker(messagePortTransport(parentPort)), or of `self` in a browser
 * await broker.ready;
 * ```
 *
 * @throws {TypeError | RangeError} for anything but a port, and for a bad option.
 */
export function messagePortTransport(port: MessagePortLike, options: MessagePortOptions = {}): Transport {
  checkPort(port);
  checkOptions(options, MESSAGE_PORT);
  const { heartbeat = isOwnersPort(port) ? Infinity : DEFAULT_HEARTBEAT } = options;
  return new PortTransport(port, { ...options, heartbeat });
}

interface OpenClaim {
  readonly id: string;
  readonly resolve: (owner: string) => void;
  /** Whether the end that decides has been asked. */
  isAsked: boolean;
}

class PortTransport extends PortNode implements Transport, Greeter {
  readonly role = 'end';
  readonly #port: MessagePortLike;
  readonly #claims = new Map<number, OpenClaim>();
  /** The nodes that are reached through the other end. */
  readonly #nodes = new Set<string>();
  #lastRef = 0;
  #channel: PortChannel | undefined;
  #meeting: Meeting | undefined;
  #isAtHub = false;
  #hasMet: (() => void) | undefined;
  #isOver = false;

  constructor(port: MessagePortLike, options: MessagePortOptions) {
    super(options);
    this.#port = port;
  }

  start(listener: TransportListener): Promise<void> {
    this.listenWith(listener);
    const hasMet = new Promise<void>((resolve) => (this.#hasMet = resolve));
    this.#channel = new PortChannel(this.#port, this.heartbeat, {
      message: (message) => this.#take(message),
      lost: (how) => this.#lost(how),
      unreadable: () => {
        if (this.#meeting?.met !== undefined) listener.batch(this.#meeting.met, undefined);
      },
    });
    this.#meeting = new Meeting(this, this.#channel);
    this.#meeting.hello();
    return hasMet;
  }

  send(to: string, batch: unknown, transfer: readonly unknown[] = []): boolean {
    if (this.#meeting?.met === undefined || this.#isOver) return false;
    this.#channel?.postBatch(to, this.nodeId, batch, transfer);
    return true;
  }

  claim(id: string): Promise<string> {
    checkActorId(id);
    return new Promise((resolve) => {
      this.#claims.set(++this.#lastRef, { id, resolve, isAsked: false });
      this.#goOn();
    });
  }

  release(id: string): void {
    this.owners.release(this.nodeId, id);
    this.#channel?.post(['release', id]);
  }

  close(): Promise<void> {
    if (!this.#isOver) this.#channel?.post(['bye']);
    this.#end();
    return Promise.resolve();
  }

  // The other end ------------------------------------------------------------------------------------

  present(): { readonly nodes: readonly string[]; readonly claims: readonly string[] } {
    return { nodes: [this.nodeId], claims: this.owners.idsOf(this.nodeId) };
  }

  mayMeet(nodeId: string): boolean {
    return nodeId !== this.nodeId;
  }

  met({ nodeId, role, nodes, claims }: Newcomer): boolean {
    this.#isAtHub = role === 'hub';
    for (const id of claims) this.owners.claim(nodeId, id);
    for (const node of nodes) this.#up(node);
    this.#goOn();
    this.#hasMet?.();
    return true;
  }

  left(nodeId: string): void {
    this.#channel?.rest();
    this.owners.leave(nodeId);
    this.#isAtHub = false;
    const nodes = [...this.#nodes];
    this.#nodes.clear();
    for (const node of nodes) this.listener?.down(node);
    // The other end no longer answers what it was asked.
    for (const claim of this.#claims.values()) claim.isAsked = false;
    this.#goOn();
  }

  // --------------------------------------------------------------------------------------------------

  #take(message: PortMessage): void {
    if (message[0] === 'gone') {
      if (message[1] === this.nodeId) this.#fence();
      return;
    }
    const meeting = this.#meeting;
    if (meeting?.take(message) !== true || meeting.met === undefined) return;
    const other = meeting.met;
    switch (message[0]) {
      case 'batch': {
        const [, to, from, batch] = message;
        if (to === this.nodeId && this.#nodes.has(from)) this.listener?.batch(from, batch);
        break;
      }
      case 'claim':
        if (this.#decides) this.#channel?.post(['owner', message[1], this.owners.claim(other, message[2])]);
        break;
      case 'owner':
        this.#decided(message[1], message[2]);
        break;
      case 'release':
        this.owners.release(other, message[1]);
        break;
      case 'up':
        if (this.#isAtHub) this.#up(message[1]);
        break;
      case 'down':
        if (this.#isAtHub && this.#nodes.delete(message[1])) this.listener?.down(message[1]);
        break;
      case 'ping':
        this.#channel?.post(['pong']);
        break;
      case 'bye':
        this.#lost('closed');
        break;
    }
  }

  #up(nodeId: string): void {
    if (nodeId === this.nodeId || this.#nodes.has(nodeId)) return;
    this.#nodes.add(nodeId);
    this.listener?.up(nodeId);
  }

  /** Whether this end decides who owns an id: it is alone, or its id is the smaller one. */
  get #decides(): boolean {
    const other = this.#meeting?.met;
    return other === undefined || (!this.#isAtHub && this.nodeId < other);
  }

  /**
   * Decides open claims, or asks the end that does. While the ends are about to meet, claims wait: the welcome has told the other end only those
   * that this one had before.
   */
  #goOn(): void {
    if (this.#meeting?.isUnderWay === true) return;
    for (const [ref, claim] of [...this.#claims]) {
      if (this.#decides) this.#decided(ref, this.owners.claim(this.nodeId, claim.id));
      else if (!claim.isAsked) this.#channel?.post(['claim', ref, claim.id]);
      claim.isAsked = true;
    }
  }

  #decided(ref: number, owner: string): void {
    const claim = this.#claims.get(ref);
    if (claim === undefined) return;
    this.#claims.delete(ref);
    if (owner === this.nodeId) this.owners.claim(owner, claim.id);
    claim.resolve(owner);
  }

  /** The other end is gone, and all nodes behind it. This one is alone now, and decides the claims that are open. */
  #lost(how: 'silent' | 'closed'): void {
    this.#channel?.rest();
    this.#meeting?.leave();
    // Also an end that is gone before the two have met.
    if (how === 'closed') this.#hasMet?.();
  }

  #fence(): void {
    if (this.#isOver) return;
    this.#end();
    this.listener?.fenced();
  }

  #end(): void {
    this.#isOver = true;
    this.#channel?.close();
    this.#hasMet?.();
  }
}

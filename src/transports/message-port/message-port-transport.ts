import type { PickTransfer, Transport, TransportListener } from '../../distributed/transport';
import { checkActorId, checkOptions } from '../../failure/check';
import { actorId } from '../../message/actor-id';
import { type MessagePortLike, checkPort, isOwnersPort } from './message-port-like';
import { Owners } from './owners';
import { DEFAULT_HEARTBEAT, MESSAGE_PORT, type MessagePortOptions } from './message-port-options';
import { PortChannel } from './port-channel';
import type { PortMessage } from './port-message';

/**
 * Makes a transport of one end of a message channel: of a `Worker` and the inside of it, of `worker_threads`, of two ports, or of a port that was
 * sent to an iframe. At the other end is such a transport, too, or a `hubTransport`, through which all its ports meet.
 *
 * Messages are cloned as `postMessage` clones them. `start` resolves when the other end has said hello; of two ends, the one with the smaller node
 * id decides claims. A node that counts as gone is fenced when it says something again.
 *
 * In Node, a port keeps its process alive while the broker is open. `port.unref()` lets the process end.
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
  const { transfer, heartbeat = isOwnersPort(port) ? Infinity : DEFAULT_HEARTBEAT } = options;
  return new PortTransport(port, heartbeat, transfer);
}

/** The other end, or the hub, and the nodes that are reached through it. */
interface Other {
  readonly nodeId: string;
  readonly isHub: boolean;
  readonly nodes: Set<string>;
}

interface OpenClaim {
  readonly id: string;
  readonly resolve: (owner: string) => void;
}

class PortTransport implements Transport {
  readonly nodeId: string = actorId();
  readonly maxBatch = Infinity;
  readonly structured = true;
  readonly transfer?: PickTransfer;
  readonly #port: MessagePortLike;
  readonly #heartbeat: number;
  readonly #owners = new Owners();
  readonly #claims = new Map<number, OpenClaim>();
  #lastRef = 0;
  #listener: TransportListener | undefined;
  #channel: PortChannel | undefined;
  #other: Other | undefined;
  /** The node that was here before, and counts as gone. */
  #goneId: string | undefined;
  #met: (() => void) | undefined;
  #isOver = false;

  constructor(port: MessagePortLike, heartbeat: number, transfer: PickTransfer | undefined) {
    this.#port = port;
    this.#heartbeat = heartbeat;
    if (transfer !== undefined) this.transfer = transfer;
  }

  start(listener: TransportListener): Promise<void> {
    if (this.#listener !== undefined) throw new Error('a transport can be started once: a node that returns needs a new one');
    this.#listener = listener;
    const met = new Promise<void>((resolve) => (this.#met = resolve));
    this.#channel = new PortChannel(this.#port, this.#heartbeat, {
      message: (message) => this.#take(message),
      lost: (how) => this.#lost(how),
      unreadable: () => {
        if (this.#other !== undefined) listener.batch(this.#other.nodeId, undefined);
      },
    });
    this.#hello();
    return met;
  }

  send(to: string, batch: unknown, transfer: readonly unknown[] = []): boolean {
    if (this.#other === undefined || this.#isOver) return false;
    this.#channel?.postBatch(to, this.nodeId, batch, transfer);
    return true;
  }

  claim(id: string): Promise<string> {
    checkActorId(id);
    if (this.#decides) return Promise.resolve(this.#owners.claim(this.nodeId, id));
    return new Promise((resolve) => {
      const ref = ++this.#lastRef;
      this.#claims.set(ref, { id, resolve });
      this.#channel?.post(['claim', ref, id]);
    });
  }

  release(id: string): void {
    this.#owners.release(this.nodeId, id);
    if (!this.#decides) this.#channel?.post(['release', id]);
  }

  close(): Promise<void> {
    if (!this.#isOver) this.#channel?.post(['bye']);
    this.#end();
    return Promise.resolve();
  }

  // --------------------------------------------------------------------------------------------------

  /** Whether this end decides who owns an id: it is alone, or its id is the smaller one. */
  get #decides(): boolean {
    return this.#other === undefined || (!this.#other.isHub && this.nodeId < this.#other.nodeId);
  }

  #hello(): void {
    this.#channel?.post(['hello', this.nodeId, 'end', [this.nodeId], this.#owners.idsOf(this.nodeId)]);
  }

  #take(message: PortMessage): void {
    if (message[0] === 'hello') {
      this.#greeted(message[1], message[2] === 'hub', message[3], message[4]);
      return;
    }
    if (message[0] === 'gone') {
      if (message[1] === this.nodeId) this.#fence();
      return;
    }
    const other = this.#other;
    if (other === undefined) {
      // It counts as gone, since it said nothing for too long. It must learn that. A hub that has just been given the port asks who is there.
      if (this.#goneId !== undefined) this.#channel?.post(['gone', this.#goneId]);
      else if (message[0] === 'ping') this.#hello();
      return;
    }
    switch (message[0]) {
      case 'batch': {
        const [, to, from, batch] = message;
        const isFine = to === this.nodeId && (other.isHub ? other.nodes.has(from) : from === other.nodeId);
        if (isFine) this.#listener?.batch(from, batch);
        break;
      }
      case 'claim':
        if (this.#decides) this.#channel?.post(['owner', message[1], this.#owners.claim(other.nodeId, message[2])]);
        break;
      case 'owner':
        this.#decided(message[1], message[2]);
        break;
      case 'release':
        this.#owners.release(other.nodeId, message[1]);
        break;
      case 'up':
        if (other.isHub) this.#up(other, message[1]);
        break;
      case 'down':
        if (other.isHub && other.nodes.delete(message[1])) this.#listener?.down(message[1]);
        break;
      case 'ping':
        this.#channel?.post(['pong']);
        break;
      case 'bye':
        this.#lost('closed');
        break;
    }
  }

  #greeted(nodeId: string, isHub: boolean, nodes: readonly string[], claims: readonly string[]): void {
    if (nodeId === this.#goneId || nodeId === this.nodeId) return;
    if (nodeId === this.#other?.nodeId) {
      // Its first hello may be older than some of its claims.
      for (const id of claims) this.#owners.claim(nodeId, id);
      return;
    }
    // Another one at the same port: the one before is gone.
    if (this.#other !== undefined) this.#lost('closed');
    const other: Other = { nodeId, isHub, nodes: new Set() };
    this.#other = other;
    for (const id of claims) this.#owners.claim(nodeId, id);
    // Its own hello may have come before this end listened, and the other way round.
    this.#hello();
    for (const node of nodes) this.#up(other, node);
    this.#met?.();
  }

  #up(other: Other, nodeId: string): void {
    if (nodeId === this.nodeId || other.nodes.has(nodeId)) return;
    other.nodes.add(nodeId);
    this.#listener?.up(nodeId);
  }

  #decided(ref: number, owner: string): void {
    const claim = this.#claims.get(ref);
    if (claim === undefined) return;
    this.#claims.delete(ref);
    if (owner === this.nodeId) this.#owners.claim(owner, claim.id);
    claim.resolve(owner);
  }

  /** The other end is gone, and all nodes behind it. This one is alone now, and decides the claims that are open. */
  #lost(how: 'silent' | 'closed'): void {
    const other = this.#other;
    this.#channel?.rest();
    if (other === undefined) {
      // It has gone before it said hello.
      if (how === 'closed') this.#met?.();
      return;
    }
    this.#other = undefined;
    this.#goneId = other.nodeId;
    this.#owners.leave(other.nodeId);
    for (const node of other.nodes) this.#listener?.down(node);
    for (const [ref, { id }] of [...this.#claims]) this.#decided(ref, this.#owners.claim(this.nodeId, id));
  }

  #fence(): void {
    if (this.#isOver) return;
    const listener = this.#listener;
    this.#end();
    listener?.fenced();
  }

  #end(): void {
    this.#isOver = true;
    this.#channel?.close();
    this.#met?.();
  }
}

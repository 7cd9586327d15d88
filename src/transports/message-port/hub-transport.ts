import type { PickTransfer, Transport, TransportListener } from '../../distributed/transport';
import { checkActorId, checkOptions, refuse } from '../../failure/check';
import { actorId } from '../../message/actor-id';
import { type MessagePortLike, checkPort } from './message-port-like';
import { DEFAULT_HEARTBEAT, MESSAGE_PORT, type MessagePortOptions } from './message-port-options';
import { Owners } from './owners';
import { PortChannel } from './port-channel';
import type { PortMessage } from './port-message';

/** A transport in the middle of a star. */
export interface HubTransport extends Transport {
  /**
   * Adds the port to a node. The other end of it needs a `messagePortTransport`.
   *
   * @throws {TypeError} for anything but a port, and for one that was added before.
   */
  add(port: MessagePortLike): void;
  /** Removes a port. The node behind it counts as gone, and is told so. */
  remove(port: MessagePortLike): void;
}

/**
 * Makes the transport in the middle of a star: the node of several workers' owner, say. The nodes at its ports meet each other, and their messages
 * go through it. It decides all claims. Ports can be added and removed at any time. Without a broker of its own it only relays.
 *
 * ```ts
 * const hub = hubTransport();
 * const broker = new DistributedMessageBroker(hub);
 * for (const worker of workers) hub.add(worker);
 * ```
 *
 * @throws {TypeError | RangeError} for a bad option.
 */
export function hubTransport(options: MessagePortOptions = {}): HubTransport {
  checkOptions(options, MESSAGE_PORT);
  return new Hub(options);
}

/** A port of the hub, and the node behind it. */
interface Spoke {
  readonly channel: PortChannel;
  /** `undefined`: it has not said hello. */
  nodeId: string | undefined;
  /** The node that was here before, and counts as gone. */
  goneId: string | undefined;
}

class Hub implements HubTransport {
  readonly nodeId: string = actorId();
  readonly maxBatch = Infinity;
  readonly structured = true;
  readonly transfer?: PickTransfer;
  readonly #heartbeat: number;
  readonly #owners = new Owners();
  readonly #spokes = new Map<MessagePortLike, Spoke>();
  readonly #nodes = new Map<string, Spoke>();
  #listener: TransportListener | undefined;
  #isOver = false;

  constructor({ transfer, heartbeat = DEFAULT_HEARTBEAT }: MessagePortOptions) {
    this.#heartbeat = heartbeat;
    if (transfer !== undefined) this.transfer = transfer;
  }

  start(listener: TransportListener): Promise<void> {
    if (this.#listener !== undefined) throw new Error('a transport can be started once: a node that returns needs a new one');
    this.#listener = listener;
    this.#tellOthers(['up', this.nodeId]);
    for (const nodeId of this.#nodes.keys()) listener.up(nodeId);
    return Promise.resolve();
  }

  send(to: string, batch: unknown, transfer: readonly unknown[] = []): boolean {
    const spoke = this.#nodes.get(to);
    spoke?.channel.postBatch(to, this.nodeId, batch, transfer);
    return spoke !== undefined;
  }

  claim(id: string): Promise<string> {
    return Promise.resolve(this.#owners.claim(this.nodeId, checkActorId(id)));
  }

  release(id: string): void {
    this.#owners.release(this.nodeId, id);
  }

  close(): Promise<void> {
    this.#isOver = true;
    for (const { channel } of this.#spokes.values()) {
      channel.post(['bye']);
      channel.close();
    }
    this.#spokes.clear();
    this.#nodes.clear();
    return Promise.resolve();
  }

  add(port: MessagePortLike): void {
    checkPort(port);
    if (this.#spokes.has(port)) refuse('port must be one that was not added before', port);
    if (this.#isOver) throw new Error('the hub is closed');
    const spoke: Spoke = {
      channel: new PortChannel(port, this.#heartbeat, {
        message: (message) => this.#take(spoke, message),
        lost: (how) => this.#lost(port, spoke, how),
        unreadable: () => {
          if (spoke.nodeId !== undefined) this.#listener?.batch(spoke.nodeId, undefined);
        },
      }),
      nodeId: undefined,
      goneId: undefined,
    };
    this.#spokes.set(port, spoke);
    // Its hello may have come before this. It says it again, and is told then who is there.
    spoke.channel.post(['ping']);
  }

  remove(port: MessagePortLike): void {
    const spoke = this.#spokes.get(port);
    if (spoke === undefined) return;
    if (spoke.nodeId !== undefined) spoke.channel.post(['gone', spoke.nodeId]);
    this.#lost(port, spoke, 'closed');
  }

  // --------------------------------------------------------------------------------------------------

  #hello({ channel }: Spoke): void {
    const nodes = [...(this.#listener === undefined ? [] : [this.nodeId]), ...this.#nodes.keys()];
    channel.post(['hello', this.nodeId, 'hub', nodes, []]);
  }

  #take(spoke: Spoke, message: PortMessage): void {
    const { nodeId } = spoke;
    if (message[0] === 'hello') {
      this.#greeted(spoke, message[1], message[2] === 'hub', message[4]);
      return;
    }
    if (nodeId === undefined) {
      if (spoke.goneId !== undefined) spoke.channel.post(['gone', spoke.goneId]);
      return;
    }
    switch (message[0]) {
      case 'batch': {
        const [, to, , batch, transfer] = message;
        // The port decides who the sender is. The name in the message could be another node's.
        if (to === this.nodeId) this.#listener?.batch(nodeId, batch);
        else this.#nodes.get(to)?.channel.postBatch(to, nodeId, batch, transfer);
        break;
      }
      case 'claim':
        spoke.channel.post(['owner', message[1], this.#owners.claim(nodeId, message[2])]);
        break;
      case 'release':
        this.#owners.release(nodeId, message[1]);
        break;
      case 'ping':
        spoke.channel.post(['pong']);
        break;
      // An end that counts the hub as gone has left the star.
      case 'gone':
      case 'bye':
        this.#forget(spoke);
        spoke.channel.rest();
        break;
    }
  }

  #greeted(spoke: Spoke, nodeId: string, isHub: boolean, claims: readonly string[]): void {
    if (isHub || nodeId === spoke.nodeId || nodeId === spoke.goneId || this.#nodes.has(nodeId) || nodeId === this.nodeId) return;
    // Another one at the same port: the one before is gone.
    this.#forget(spoke);
    for (const id of claims) this.#owners.claim(nodeId, id);
    this.#hello(spoke);
    this.#tellOthers(['up', nodeId]);
    spoke.nodeId = nodeId;
    this.#nodes.set(nodeId, spoke);
    this.#listener?.up(nodeId);
  }

  #lost(port: MessagePortLike, spoke: Spoke, how: 'silent' | 'closed'): void {
    this.#forget(spoke);
    spoke.channel.rest();
    if (how === 'silent') return;
    spoke.channel.close();
    this.#spokes.delete(port);
  }

  /** The node behind a port is gone. */
  #forget(spoke: Spoke): void {
    const { nodeId } = spoke;
    if (nodeId === undefined) return;
    spoke.nodeId = undefined;
    spoke.goneId = nodeId;
    this.#nodes.delete(nodeId);
    this.#owners.leave(nodeId);
    this.#tellOthers(['down', nodeId]);
    this.#listener?.down(nodeId);
  }

  #tellOthers(message: PortMessage): void {
    for (const { channel } of this.#nodes.values()) channel.post(message);
  }
}

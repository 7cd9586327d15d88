import type { Transport, TransportListener } from '../../distributed/transport';
import { checkActorId, checkOptions, refuse } from '../../failure/check';
import { type Greeter, Meeting, type Newcomer } from './meeting';
import { type MessagePortLike, checkPort } from './message-port-like';
import { MESSAGE_PORT, type MessagePortOptions } from './message-port-options';
import { PortChannel } from './port-channel';
import type { PortMessage } from './port-message';
import { PortNode } from './port-node';

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
 * go through it. It decides all claims. A newcomer that has an id which another node owns cannot join, and is fenced. Ports can be added and removed at
 * any time. Without a broker of its own it only relays.
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
  readonly meeting: Meeting;
}

class Hub extends PortNode implements HubTransport {
  readonly #spokes = new Map<MessagePortLike, Spoke>();
  readonly #nodes = new Map<string, Spoke>();
  #isOver = false;

  start(listener: TransportListener): Promise<void> {
    this.listenWith(listener);
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
    return Promise.resolve(this.owners.claim(this.nodeId, checkActorId(id)));
  }

  release(id: string): void {
    this.owners.release(this.nodeId, id);
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
    const channel = new PortChannel(port, this.heartbeat, {
      message: (message) => this.#take(spoke, message),
      lost: (how) => this.#lost(port, spoke, how),
      unreadable: () => {
        if (spoke.meeting.met !== undefined) this.listener?.batch(spoke.meeting.met, undefined);
      },
    });
    const spoke: Spoke = { channel, meeting: new Meeting(this.#greeter(() => spoke), channel) };
    this.#spokes.set(port, spoke);
    spoke.meeting.hello();
  }

  remove(port: MessagePortLike): void {
    const spoke = this.#spokes.get(port);
    if (spoke === undefined) return;
    const { channel, meeting } = spoke;
    if (meeting.met !== undefined) channel.post(['gone', meeting.met]);
    this.#lost(port, spoke, 'closed');
  }

  // --------------------------------------------------------------------------------------------------

  #greeter(spoke: () => Spoke): Greeter {
    return {
      nodeId: this.nodeId,
      role: 'hub',
      present: () => ({ nodes: [...(this.listener === undefined ? [] : [this.nodeId]), ...this.#nodes.keys()], claims: [] }),
      mayMeet: (nodeId, role) => role === 'end' && nodeId !== this.nodeId && (this.#nodes.get(nodeId) ?? spoke()) === spoke(),
      met: (other) => this.#met(spoke(), other),
      left: (nodeId) => this.#left(spoke(), nodeId),
    };
  }

  #met(spoke: Spoke, { nodeId, claims }: Newcomer): boolean {
    if (claims.some((id) => this.owners.claim(nodeId, id) !== nodeId)) return false;
    this.#tellOthers(['up', nodeId], spoke);
    this.#nodes.set(nodeId, spoke);
    this.listener?.up(nodeId);
    return true;
  }

  #left(spoke: Spoke, nodeId: string): void {
    spoke.channel.rest();
    this.owners.leave(nodeId);
    if (!this.#nodes.delete(nodeId)) return;
    this.#tellOthers(['down', nodeId], spoke);
    this.listener?.down(nodeId);
  }

  #take({ channel, meeting }: Spoke, message: PortMessage): void {
    // An end that counts the hub as gone has left the star.
    if (message[0] === 'gone') meeting.leave();
    if (!meeting.take(message) || meeting.met === undefined) return;
    const nodeId = meeting.met;
    switch (message[0]) {
      case 'batch': {
        const [, to, , batch, transfer] = message;
        // The port decides who the sender is. The name in the message could be another node's.
        if (to === this.nodeId) this.listener?.batch(nodeId, batch);
        else this.#nodes.get(to)?.channel.postBatch(to, nodeId, batch, transfer);
        break;
      }
      case 'claim':
        channel.post(['owner', message[1], this.owners.claim(nodeId, message[2])]);
        break;
      case 'release':
        this.owners.release(nodeId, message[1]);
        break;
      case 'ping':
        channel.post(['pong']);
        break;
      case 'bye':
        meeting.leave();
        break;
    }
  }

  #lost(port: MessagePortLike, { channel, meeting }: Spoke, how: 'silent' | 'closed'): void {
    channel.rest();
    meeting.leave();
    if (how === 'silent') return;
    channel.close();
    this.#spokes.delete(port);
  }

  /** Tells all ends that know the hub, but for one. */
  #tellOthers(message: PortMessage, but?: Spoke): void {
    for (const spoke of this.#spokes.values()) if (spoke !== but && spoke.meeting.isKnown) spoke.channel.post(message);
  }
}

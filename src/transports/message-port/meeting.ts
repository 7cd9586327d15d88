import type { PortChannel } from './port-channel';
import type { PortMessage, PortRole } from './port-message';

/** The node at the other end of a port, as its welcome describes it. */
export interface Newcomer {
  readonly nodeId: string;
  readonly role: PortRole;
  /** The nodes that can be reached there. */
  readonly nodes: readonly string[];
  /** The ids that it owns. */
  readonly claims: readonly string[];
}

/** The node at this end of a port, and what it does about the other end. */
export interface Greeter {
  readonly nodeId: string;
  readonly role: PortRole;
  /** What a welcome of this end says. */
  present(): { readonly nodes: readonly string[]; readonly claims: readonly string[] };
  /** Whether this end may meet a node. */
  mayMeet(nodeId: string, role: PortRole): boolean;
  /** The two have met. False: the other one cannot join, since others own its ids. */
  met(other: Newcomer): boolean;
  /** The node that this end has welcomed is gone. The two need not have met. */
  left(nodeId: string): void;
}

/**
 * Finds out which node is at the other end of a port. Each end says hello, and answers a hello by a welcome, which names the node that it
 * welcomes. An end has met the other one when it is welcomed, and has welcomed it. A message that is still in the port, and was meant for a node
 * that was at this end before, changes nothing.
 */
export class Meeting {
  readonly #greeter: Greeter;
  readonly #channel: PortChannel;
  /** The node that this end has welcomed. It may have met this end. */
  #welcomed: string | undefined;
  #met: string | undefined;
  /** The node that was here before, and counts as gone. */
  #goneId: string | undefined;

  constructor(greeter: Greeter, channel: PortChannel) {
    this.#greeter = greeter;
    this.#channel = channel;
  }

  /** The node that was met. */
  get met(): string | undefined {
    return this.#met;
  }

  /** Whether this end has welcomed the other one, and has not met it yet. The other end may have met this one already. */
  get isUnderWay(): boolean {
    return this.#welcomed !== this.#met;
  }

  /** Whether the other end knows who is here. */
  get isKnown(): boolean {
    return this.#welcomed !== undefined;
  }

  /** Asks who is there. */
  hello(): void {
    this.#channel.post(['hello', this.#greeter.nodeId, this.#greeter.role]);
  }

  /** Takes a message. Returns whether it comes from the node that was met, and is for it to handle. */
  take(message: PortMessage): boolean {
    if (message[0] === 'hello') this.#greeted(message[1], message[2]);
    else if (message[0] === 'welcome') this.#welcomedBy(message[1], { nodeId: message[2], role: message[3], nodes: message[4], claims: message[5] });
    else if (this.#met !== undefined) return true;
    else if (message[0] === 'bye') this.leave();
    // The node counts as gone, since it said nothing for too long. It must learn that.
    else if (!this.isKnown && this.#goneId !== undefined) this.#sayGone(this.#goneId);
    return false;
  }

  /** The node at the other end is gone. */
  leave(): void {
    const nodeId = this.#welcomed;
    if (nodeId === undefined) return;
    this.#welcomed = undefined;
    this.#met = undefined;
    this.#goneId = nodeId;
    this.#greeter.left(nodeId);
  }

  #greeted(nodeId: string, role: PortRole): void {
    if (this.#isStranger(nodeId, role)) return;
    // Another one at the same port: the one before is gone.
    if (nodeId !== this.#welcomed) this.leave();
    this.#welcome(nodeId);
  }

  #welcomedBy(to: string, other: Newcomer): void {
    const { nodeId, role } = other;
    if (to !== this.#greeter.nodeId || nodeId === this.#met || this.#isStranger(nodeId, role)) return;
    if (nodeId !== this.#welcomed) {
      this.leave();
      this.#welcome(nodeId);
    }
    this.#met = nodeId;
    if (this.#greeter.met(other)) return;
    this.#sayGone(nodeId);
    this.leave();
  }

  /** Whether a node is ignored: it counts as gone here, and is told so, or this end may not meet it. */
  #isStranger(nodeId: string, role: PortRole): boolean {
    if (nodeId === this.#goneId) this.#sayGone(nodeId);
    return nodeId === this.#goneId || !this.#greeter.mayMeet(nodeId, role);
  }

  #welcome(nodeId: string): void {
    const { nodes, claims } = this.#greeter.present();
    this.#welcomed = nodeId;
    this.#channel.post(['welcome', nodeId, this.#greeter.nodeId, this.#greeter.role, nodes, claims]);
  }

  #sayGone(nodeId: string): void {
    this.#channel.post(['gone', nodeId]);
  }
}

import { Owners } from '../../distributed/owners';
import type { TransportListener } from '../../distributed/transport';

/** A node, as the registry knows it. */
export interface Member {
  readonly nodeId: string;
  /** Tells the node something, once it can be reached. */
  tell(news: (listener: TransportListener) => void): void;
}

/** Knows which nodes there are, and which of them owns an id. */
export class Registry {
  readonly #members = new Map<string, Member>();
  readonly #owners = new Owners();

  has(nodeId: string): boolean {
    return this.#members.has(nodeId);
  }

  join(newcomer: Member): void {
    for (const member of this.#members.values()) {
      member.tell((listener) => listener.up(newcomer.nodeId));
      newcomer.tell((listener) => listener.up(member.nodeId));
    }
    this.#members.set(newcomer.nodeId, newcomer);
  }

  /** The node has left, or its lease has ended: its claims are free. */
  leave(nodeId: string): void {
    if (!this.#members.delete(nodeId)) return;
    this.#owners.leave(nodeId);
    for (const member of this.#members.values()) member.tell((listener) => listener.down(nodeId));
  }

  /** Returns the owner of the id: the member `nodeId`, if the id was free. */
  claim(nodeId: string, id: string): string {
    return this.#owners.claim(nodeId, id);
  }

  release(nodeId: string, id: string): void {
    this.#owners.release(nodeId, id);
  }
}

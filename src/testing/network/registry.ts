import type { TransportListener } from '../../distributed/transport';

/** A node, as the registry knows it. */
export interface Member {
  readonly nodeId: string;
  /** Tells the node something, once it can be reached. */
  tell(news: (listener: TransportListener) => void): void;
}

/** Knows which nodes there are, and which of them owns an id. It decides every claim: the first one that arrives gets the id. */
export class Registry {
  readonly #members = new Map<string, Member>();
  readonly #owners = new Map<string, string>();

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
    for (const [id, owner] of this.#owners) if (owner === nodeId) this.#owners.delete(id);
    for (const member of this.#members.values()) member.tell((listener) => listener.down(nodeId));
  }

  /** Returns the owner of the id: the member `nodeId`, if the id was free. */
  claim(nodeId: string, id: string): string {
    const owner = this.#owners.get(id) ?? nodeId;
    this.#owners.set(id, owner);
    return owner;
  }

  release(nodeId: string, id: string): void {
    if (this.#owners.get(id) === nodeId) this.#owners.delete(id);
  }
}

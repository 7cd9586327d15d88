/** Decides claims, and knows who owns which id: the first node that claims an id owns it. */
export class Owners {
  readonly #owners = new Map<string, string>();

  /** Returns the owner of an id: `nodeId`, if it was free. */
  claim(nodeId: string, id: string): string {
    const owner = this.#owners.get(id) ?? nodeId;
    this.#owners.set(id, owner);
    return owner;
  }

  release(nodeId: string, id: string): void {
    if (this.#owners.get(id) === nodeId) this.#owners.delete(id);
  }

  /** The node is gone, and its ids are free. */
  leave(nodeId: string): void {
    for (const id of this.idsOf(nodeId)) this.#owners.delete(id);
  }

  idsOf(nodeId: string): string[] {
    return [...this.#owners].filter(([, owner]) => owner === nodeId).map(([id]) => id);
  }
}

import { isLive, TOMBSTONE } from './lease';
import type { Registry } from './registry';
import { leaseKey } from './subjects';

/**
 * Decides that a node is gone, once and for the whole cluster: a tombstone is written in place of its lease, and the write is refused if the
 * lease was renewed meanwhile. So all nodes come to one result, and a node that was declared gone cannot renew its lease again.
 */
export class Deaths {
  readonly #registry: Registry;
  readonly #tombstoneSeconds: number;
  readonly #onDeclared: (node: string) => void;

  /** `onDeclared` is called on the one node of the cluster whose tombstone was written. */
  constructor(registry: Registry, lease: number, onDeclared: (node: string) => void) {
    this.#registry = registry;
    this.#tombstoneSeconds = lease / 1000;
    this.#onDeclared = onDeclared;
  }

  /**
   * Resolves with whether the node is gone. It is if its lease has ended. If `revision` is given, it is also if the lease still has this
   * revision: the caller knows that the node has not renewed it for too long. Rejects if the servers cannot say at the moment.
   */
  async declare(node: string, revision?: number): Promise<boolean> {
    const key = leaseKey(node);
    let entry = await this.#registry.read(key);
    for (;;) {
      if (entry?.value === TOMBSTONE) return true;
      if (isLive(entry?.value) && entry?.revision !== revision) return false;
      const expected = entry?.revision ?? 0;
      const written = await this.#registry.write(key, TOMBSTONE, expected, { seconds: this.#tombstoneSeconds });
      if (written !== undefined) {
        this.#onDeclared(node);
        return true;
      }
      entry = await this.#registry.readOther(key, expected);
    }
  }
}

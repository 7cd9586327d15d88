import type { Revision } from './link/frames';

/**
 * The revisions of retained values: of two values that two nodes set at once, all nodes keep the same one. A topic whose value was cleared keeps
 * its revision, so that an older value does not come back.
 */
export class Revisions {
  readonly #nodeId: string;
  readonly #most: number;
  readonly #revisions = new Map<string, Revision>();
  /** The topics whose value was cleared, the earliest first. */
  readonly #cleared = new Set<string>();
  #count = 0;

  /** `most`: of how many cleared topics it keeps the revision. */
  constructor(nodeId: string, most: number) {
    this.#nodeId = nodeId;
    this.#most = most;
  }

  /** The revision of a value. `undefined`: the topic has never had one. */
  of(topic: string): Revision | undefined {
    return this.#revisions.get(topic);
  }

  /** All topics that have a revision. */
  get all(): Iterable<readonly [topic: string, revision: Revision]> {
    return this.#revisions;
  }

  isCleared(topic: string): boolean {
    return this.#cleared.has(topic);
  }

  /** A value was set or cleared here. Returns its revision, which is newer than all that are known here. */
  next(topic: string, isCleared: boolean): Revision {
    // No node counts so far by itself. One that says so cannot make the next revisions of this node unreadable for the others.
    const revision: Revision = [Math.min(this.#count + 1, Number.MAX_SAFE_INTEGER), this.#nodeId];
    this.#keep(topic, revision, isCleared);
    return revision;
  }

  /** A value was set or cleared on another node. Returns false if a newer one is known here. */
  take(topic: string, revision: Revision, isCleared: boolean): boolean {
    const known = this.#revisions.get(topic);
    if (known !== undefined && !isNewer(revision, known)) return false;
    this.#keep(topic, revision, isCleared);
    return true;
  }

  /** A value that was taken is not kept here. */
  forget(topic: string): void {
    this.#revisions.delete(topic);
  }

  #keep(topic: string, revision: Revision, isCleared: boolean): void {
    this.#count = Math.max(this.#count, revision[0]);
    this.#revisions.set(topic, revision);
    this.#cleared.delete(topic);
    if (!isCleared) return;
    this.#cleared.add(topic);
    if (this.#cleared.size <= this.#most) return;
    for (const first of this.#cleared) {
      this.#cleared.delete(first);
      this.#revisions.delete(first);
      return;
    }
  }
}

function isNewer([count, nodeId]: Revision, [knownCount, knownId]: Revision): boolean {
  return count > knownCount || (count === knownCount && nodeId > knownId);
}

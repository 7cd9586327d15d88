import type { Peer } from './peer';
import type { Peers } from './peers';

/** Waits until the nodes that were there when this one joined have told what they know. */
export class Joining {
  /** Resolves when they have, or have gone. */
  readonly done: Promise<void>;
  readonly #peers: Peers;
  #resolve!: () => void;
  #reject!: (error: unknown) => void;
  /** The nodes that were there. `undefined` until this node has joined. */
  #waitedFor: readonly Peer[] | undefined;

  constructor(peers: Peers) {
    this.#peers = peers;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** This node has joined. */
  joined(): void {
    this.#waitedFor = this.#peers.all;
    this.look();
  }

  /** A node has told everything, or has gone. */
  look(): void {
    const isMissing = (peer: Peer): boolean => this.#peers.get(peer.nodeId) === peer && peer.state !== 'foreign' && !peer.isSynced;
    if (this.#waitedFor?.some(isMissing) === false) this.#resolve();
  }

  /** This node leaves before it has joined. */
  close(): void {
    this.#resolve();
  }

  /** The transport could not start. */
  fail(error: unknown): void {
    this.#reject(error);
  }
}

import type { SchedulerLike } from 'rxjs';
import { type Logger, write } from '../observability/logger';
import type { Peer } from './peer';

/** Milliseconds between two warnings about one node. */
const A_SECOND = 1_000;

/** The other nodes that are there. */
export class Peers {
  /** Batches and frames of them that could not be read. */
  badFrames = 0;
  readonly #scheduler: SchedulerLike;
  readonly #logger: Logger;
  readonly #byId = new Map<string, Peer>();
  readonly #warnedAt = new Map<string, number>();
  /** The nodes that gave no receipts. Nothing is sent to them, and nothing is taken from them, until the transport says that they are gone. */
  readonly #givenUp = new Set<string>();
  #metCount = 0;

  constructor(scheduler: SchedulerLike, logger: Logger) {
    this.#scheduler = scheduler;
    this.#logger = logger;
  }

  get all(): readonly Peer[] {
    return [...this.#byId.values()];
  }

  /** Those that have been met. */
  get met(): readonly Peer[] {
    return this.all.filter(({ isMet }) => isMet);
  }

  /** Whether there are any that have been met. */
  get hasMet(): boolean {
    return this.#metCount > 0;
  }

  get(nodeId: string): Peer | undefined {
    return this.#byId.get(nodeId);
  }

  add(peer: Peer): void {
    this.#byId.set(peer.nodeId, peer);
  }

  /** A node that was added has been met. */
  noteMet(): void {
    this.#metCount++;
  }

  remove(peer: Peer): void {
    this.#byId.delete(peer.nodeId);
    this.#warnedAt.delete(peer.nodeId);
    if (peer.isMet) this.#metCount--;
  }

  /** Sends a frame to all that have been met. */
  announce(frame: readonly unknown[]): void {
    for (const { link } of this.met) link.post(frame);
  }

  /** A node has sent something that cannot be read. */
  bad(peer: Peer): void {
    this.badFrames++;
    this.warn(peer, 'has sent something that cannot be read; it is passed over');
  }

  /** Gives a node up: it gives no receipts, and too much waits for it. For this node it is no longer part of the cluster. */
  giveUp(peer: Peer): void {
    this.#givenUp.add(peer.nodeId);
    this.#warnedAt.delete(peer.nodeId);
    this.warn(peer, 'is given up: it gives no receipts for what it is sent, so its actors count as gone here');
  }

  isGivenUp(nodeId: string): boolean {
    return this.#givenUp.has(nodeId);
  }

  /** A batch has come from a node that this one does not know, or has given up. */
  noteStray(nodeId: string): void {
    if (this.#givenUp.has(nodeId)) this.badFrames++;
  }

  /** A node that this one does not know, or has given up, is gone for good. */
  forget(nodeId: string): void {
    this.#givenUp.delete(nodeId);
  }

  /** Writes a line about a node, at most one in a second. */
  warn({ nodeId }: Peer, text: string): void {
    const now = this.#scheduler.now();
    if (now - (this.#warnedAt.get(nodeId) ?? -Infinity) < A_SECOND) return;
    this.#warnedAt.set(nodeId, now);
    write(this.#logger, 'warn', `the node ${nodeId} ${text}`);
  }
}

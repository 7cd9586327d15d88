import type { Leaving } from '../broker/closing';
import type { Dispatcher } from '../kernel/dispatcher';
import type { Counts } from '../kernel/counts';
import type { Peer } from './peer';
import type { Transport } from './transport';

export interface DepartureParts {
  readonly dispatcher: Dispatcher;
  readonly transport: Transport;
  /** The counts of messages to other nodes. */
  readonly counts: Counts;
  readonly peers: () => Iterable<Peer>;
  /** Ends what is on its way to other nodes, and refuses what still comes. Part of a step. */
  readonly drop: () => void;
  /** Stops all links, and their timers. */
  readonly stop: () => void;
}

/**
 * How a node leaves the cluster without losing anything. First it asks the others to send it no more messages. Each says by its receipt that it has
 * read that, and all that it sent before is here by then. What is here is finished, and the others get the replies and the news of the actors'
 * ends. Then the transport leaves.
 */
export class Departure implements Leaving {
  readonly #parts: DepartureParts;
  #hasBegun = false;
  /** Called when the transport has left. */
  #done: (() => void) | undefined;
  #isPatient = false;
  #isLeaving = false;

  constructor(parts: DepartureParts) {
    this.#parts = parts;
  }

  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  get isQuiet(): boolean {
    const { counts, peers } = this.#parts;
    return counts.pending === 0 && counts.open === 0 && [...peers()].every((peer) => !peer.isMet || (peer.hasLetGo && !peer.link.isBusy));
  }

  begin(): void {
    this.#hasBegun = true;
    for (const peer of this.#parts.peers()) if (peer.isMet) this.sayLeaving(peer);
  }

  /** Asks a node to send no more messages. */
  sayLeaving(peer: Peer): void {
    peer.link.post(['leaving'], () => {
      peer.hasLetGo = true;
      this.#parts.dispatcher.step(() => undefined);
    });
  }

  drop(): void {
    this.#isPatient = this.isQuiet;
    this.#parts.drop();
  }

  finish(done: () => void): void {
    this.#done = done;
    this.look();
  }

  /** Something has arrived at another node, or a node has gone. */
  look(): void {
    if (this.#done === undefined) return;
    const links = [...this.#parts.peers()].filter(({ isMet }) => isMet).map(({ link }) => link);
    for (const { outbox } of links) outbox.flush();
    if (!this.#isPatient || links.every(({ outbox }) => outbox.isEmpty)) this.abandon();
  }

  abandon(): void {
    if (this.#isLeaving) return;
    this.#isLeaving = true;
    const done = (): void => this.#done?.();
    this.#parts.stop();
    try {
      this.#parts.transport.close().then(done, done);
    } catch {
      done();
    }
  }
}

import type { Leaving } from '../broker/closing';
import type { Dispatcher } from '../kernel/dispatcher';
import type { Counts } from '../kernel/counts';
import type { Peer } from './peer';
import type { Peers } from './peers';
import type { Transport } from './transport';

export interface DepartureParts {
  readonly dispatcher: Dispatcher;
  readonly transport: Transport;
  /** The counts of messages to other nodes. */
  readonly counts: Counts;
  readonly peers: Peers;
  /** Ends what is on its way to other nodes, and refuses what still comes. Part of a step. */
  readonly drop: () => void;
  /** Stops all links, and their timers. */
  readonly stop: () => void;
}

/**
 * How a node leaves the cluster without losing anything. First it asks the others to send it no more messages. Each answers with the frame
 * `let-go`, which comes after all messages that it has sent. (A receipt would not do, since it may overtake messages.) These messages are
 * finished, and the others get the replies and the news of the actors' ends. Then the transport leaves.
 */
export class Departure implements Leaving {
  readonly #parts: DepartureParts;
  #hasBegun = false;
  /** Called when the transport has left. */
  #done: (() => void) | undefined;
  /** Whether this node waits until the others have everything: it came to rest before its actors ended. */
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
    return counts.pending === 0 && counts.open === 0 && peers.met.every(({ hasLetGo }) => hasLetGo);
  }

  begin(): void {
    this.#hasBegun = true;
    for (const peer of this.#parts.peers.met) this.sayLeaving(peer);
  }

  /** Asks a node to send no more messages. */
  sayLeaving(peer: Peer): void {
    peer.link.post(['leaving']);
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
    const outboxes = this.#parts.peers.met.map(({ link }) => link.outbox);
    for (const outbox of outboxes) outbox.flush();
    if (!this.#isPatient || outboxes.every(({ isEmpty }) => isEmpty)) this.abandon();
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

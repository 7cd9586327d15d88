import { TopicIndex } from '../routing/topic-index';
import type { Peer } from './peer';

/** Which topics are observed: here, and on each other node. */
export class Interest {
  /** How many observers each pattern has here. */
  readonly #own = new Map<string, number>();
  readonly #peers = new TopicIndex<Peer>();
  /** What takes the interest of a node in a pattern back. */
  readonly #removals = new Map<Peer, Map<string, () => void>>();

  /** Patterns that are observed here. */
  get patterns(): Iterable<string> {
    return this.#own.keys();
  }

  /** An observer has come or left here. Returns whether the pattern is observed now, if that has changed. */
  observed(pattern: string, change: 1 | -1): boolean | undefined {
    const count = (this.#own.get(pattern) ?? 0) + change;
    if (count === 0) this.#own.delete(pattern);
    else this.#own.set(pattern, count);
    return count === 0 ? false : count === 1 && change === 1 ? true : undefined;
  }

  /** A node says whether it has observers of a pattern. @throws {BrokerError} for a malformed pattern. */
  told(peer: Peer, pattern: string, isThere: boolean): void {
    let removals = this.#removals.get(peer);
    if (removals === undefined) this.#removals.set(peer, (removals = new Map()));
    removals.get(pattern)?.();
    removals.delete(pattern);
    if (isThere) removals.set(pattern, this.#peers.add(pattern, peer));
  }

  /** The nodes that observe a topic. */
  in(topic: string): readonly Peer[] {
    return this.#peers.match(topic);
  }

  forget(peer: Peer): void {
    this.#removals.get(peer)?.forEach((remove) => remove());
    this.#removals.delete(peer);
  }
}

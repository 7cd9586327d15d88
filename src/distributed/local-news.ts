import type { Audience, Outward } from '../broker/outward';
import type { Cast } from '../kernel/fan-out';
import type { MailboxCore } from '../kernel/mailbox-core';
import type { Casts } from './casts';
import type { Directory } from './directory';
import type { Interest } from './interest';
import type { Peers } from './peers';
import type { RetainedValues } from './retained-values';

export interface LocalNewsParts {
  readonly directory: Directory;
  readonly interest: Interest;
  readonly retained: RetainedValues;
  readonly casts: Casts;
  readonly peers: Peers;
}

/** What the broker of this node does that other nodes must learn of: each is handed to the part of the cluster that tells them. */
export class LocalNews implements Outward {
  readonly #parts: LocalNewsParts;

  constructor(parts: LocalNewsParts) {
    this.#parts = parts;
  }

  get hasPeers(): boolean {
    return this.#parts.peers.hasMet;
  }

  registered(core: MailboxCore): void {
    this.#parts.directory.registered(core);
  }

  ended(core: MailboxCore): void {
    this.#parts.directory.ended(core);
  }

  closed(id: string): void {
    this.#parts.directory.closed(id);
  }

  bound(pattern: string, core: MailboxCore): void {
    this.#parts.directory.bound('bind', pattern, core);
  }

  unbound(pattern: string, core: MailboxCore): void {
    this.#parts.directory.bound('unbind', pattern, core);
  }

  observed(pattern: string, change: 1 | -1): void {
    const { interest, peers } = this.#parts;
    const isThere = interest.observed(pattern, change);
    if (isThere !== undefined) peers.announce(['interest', pattern, isThere]);
  }

  retained(topic: string): void {
    this.#parts.retained.set(topic);
  }

  cleared(topic: string): void {
    this.#parts.retained.clear(topic);
  }

  castBegins(cast: Cast, audience: Audience): void {
    this.#parts.casts.begin(cast, audience);
  }

  castEnds(audience: Audience): void {
    this.#parts.casts.end(audience);
  }
}

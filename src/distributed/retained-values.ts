import type { BrokerParts } from '../broker/broker-parts';
import type { Codec } from './codec/codec';
import type { Revision } from './link/frames';
import type { Peer } from './peer';
import { Revisions } from './revisions';

export interface RetainedValuesParts {
  readonly parts: BrokerParts;
  readonly nodeId: string;
  readonly codec: Codec;
  readonly maxFrame: number;
  /** Whether a node is there, other than this one. */
  readonly isThere: (nodeId: string) => boolean;
  readonly announce: (frame: readonly unknown[]) => void;
}

/** The retained values of the cluster: every node has all of them, and a node that comes later gets them. */
export class RetainedValues {
  readonly #setup: RetainedValuesParts;
  readonly #revisions: Revisions;

  constructor(setup: RetainedValuesParts) {
    this.#setup = setup;
    this.#revisions = new Revisions(setup.nodeId, setup.parts.settings.maxRetained);
  }

  /** The revision of a topic's value, for the publication that sets it. */
  revisionOf(topic: string): Revision | 0 {
    return this.#revisions.of(topic) ?? 0;
  }

  /** A value was set here. */
  set(topic: string): void {
    this.#revisions.next(topic, false);
  }

  /** A value was cleared here. */
  clear(topic: string): void {
    this.#setup.announce(['clear', topic, this.#revisions.next(topic, true)]);
  }

  /** Another node has set a value. Returns false if a newer one is known here. */
  take(topic: string, message: unknown, revision: Revision): boolean {
    const { topics, system } = this.#setup.parts;
    if (!this.#revisions.take(topic, revision, false)) return false;
    try {
      topics.retained.set(topic, message);
    } catch (error) {
      system.journal.callbackFailed('retaining a message of another node', error);
    }
    return true;
  }

  /** Another node has cleared a value. */
  takeClear(topic: string, revision: Revision): void {
    if (this.#revisions.take(topic, revision, true)) this.#setup.parts.topics.retained.delete(topic);
  }

  /** Tells a node that was met about the values that were set here, and about those whose node has gone. The other nodes tell it about theirs. */
  tellAll(peer: Peer): void {
    const { isThere } = this.#setup;
    for (const topic of this.#revisions.topics) {
      const origin = (this.#revisions.of(topic) as Revision)[1];
      if (!isThere(origin)) this.#tell(peer, topic);
    }
  }

  /** Tells a node about the values that it could not be told when they were set. */
  payTo(peer: Peer): void {
    const topics = [...peer.owed];
    peer.owed.clear();
    for (const topic of topics) this.#tell(peer, topic);
  }

  #tell(peer: Peer, topic: string): void {
    const { codec, maxFrame, parts } = this.#setup;
    const revision = this.#revisions.of(topic);
    if (revision === undefined) return;
    if (this.#revisions.isCleared(topic)) {
      peer.link.post(['clear', topic, revision]);
      return;
    }
    try {
      const frame = codec.packing.pack(['retained', topic, revision, codec.encode(parts.topics.retained.get(topic))]);
      if (frame.size <= maxFrame) peer.link.outbox.add({ frame, isSent: false, isWithdrawn: false });
      else parts.system.journal.callbackFailed(`sending the retained message of '${topic}'`, new RangeError(`it has ${frame.size} bytes, at most ${maxFrame}`));
    } catch (error) {
      parts.system.journal.callbackFailed(`sending the retained message of '${topic}'`, error);
    }
  }
}

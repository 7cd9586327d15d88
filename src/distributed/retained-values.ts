import type { BrokerParts } from '../broker/broker-parts';
import type { Codec } from './codec/codec';
import type { PackedFrame } from './codec/packing';
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
  /** The other nodes that have been met. */
  readonly met: () => readonly Peer[];
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
      // This node keeps fewer values than that one. It has none to tell others of.
      this.#revisions.forget(topic);
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
    for (const [topic, [, origin]] of this.#revisions.all) if (!isThere(origin)) this.#tell([peer], topic);
  }

  /**
   * A node has gone. It may have told some nodes about its last values and not all, and a node that has come meanwhile may never have met it: so
   * those that know its values tell the others.
   */
  originLost(nodeId: string): void {
    const met = this.#setup.met();
    if (met.length === 0) return;
    for (const [topic, [, origin]] of this.#revisions.all) if (origin === nodeId) this.#tell(met, topic);
  }

  /** Tells a node about the values that it could not be told when they were set. */
  payTo(peer: Peer): void {
    const topics = [...peer.owed];
    peer.owed.clear();
    for (const topic of topics) this.#tell([peer], topic);
  }

  #tell(peers: readonly Peer[], topic: string): void {
    const frame = this.#frameOf(topic);
    if (frame !== undefined) for (const { link } of peers) link.outbox.add({ frame, isSent: false, isWithdrawn: false });
  }

  /** The frame that tells of a topic's value, or of its end. `undefined`: there is nothing to tell. */
  #frameOf(topic: string): PackedFrame | undefined {
    const { codec, maxFrame, parts } = this.#setup;
    const revision = this.#revisions.of(topic);
    // A broker that has ended keeps no values, but they are not cleared for the others.
    if (revision === undefined || parts.system.phase === 'ended') return undefined;
    if (this.#revisions.isCleared(topic)) return codec.packing.pack(['clear', topic, revision]);
    try {
      const frame = codec.packing.pack(['retained', topic, revision, codec.encode(parts.topics.retained.get(topic))]);
      if (frame.size <= maxFrame) return frame;
      parts.system.journal.callbackFailed(`sending the retained message of '${topic}'`, new RangeError(`it has ${frame.size} bytes, at most ${maxFrame}`));
    } catch (error) {
      parts.system.journal.callbackFailed(`sending the retained message of '${topic}'`, error);
    }
    return undefined;
  }
}

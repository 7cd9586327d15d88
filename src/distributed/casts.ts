import type { Audience } from '../broker/outward';
import type { Cast } from '../kernel/fan-out';
import type { Interest } from './interest';
import { type CastParts, OutgoingCast } from './link/outgoing-cast';
import type { Peers } from './peers';
import type { RetainedValues } from './retained-values';

export interface CastsParts {
  readonly parts: CastParts;
  readonly peers: Peers;
  readonly interest: Interest;
  readonly retained: RetainedValues;
}

/** Sends messages to many: broadcasts and publications. */
export class Casts {
  readonly #setup: CastsParts;
  #cast: OutgoingCast | undefined;

  constructor(setup: CastsParts) {
    this.#setup = setup;
  }

  /** From now on the remote targets of a message are gathered, so that it goes to each node in one frame. */
  begin(cast: Cast, audience: Audience): void {
    const { parts, peers, retained } = this.#setup;
    const topic =
      audience === 'broadcast' ? undefined : { topic: audience.topic, revision: audience.isRetained ? retained.revisionOf(audience.topic) : (0 as const) };
    const outgoing = new OutgoingCast(cast, parts, topic);
    this.#cast = outgoing;
    for (const { sender } of peers.met) sender.castBegins(outgoing);
  }

  /** All targets were offered the message: it goes to their nodes, and to those of observers. */
  end(audience: Audience): void {
    const { interest, peers, retained } = this.#setup;
    const cast = this.#cast;
    if (cast === undefined) return;
    this.#cast = undefined;
    // A retained message goes to all nodes: this node learns a moment late that another one observes the topic.
    const isForAll = audience === 'broadcast' || retained.revisionOf(audience.topic) !== 0;
    const interested = isForAll ? undefined : new Set(interest.in(audience.topic));
    for (const peer of peers.met) {
      if (peer.sender.castEnds(cast, !peer.isLeaving && (interested === undefined || interested.has(peer)))) continue;
      if (audience !== 'broadcast' && audience.isRetained) peer.owed.add(audience.topic);
      else peers.warn(peer, `${cast.refusal === undefined ? 'takes no more messages' : 'cannot be sent a message'}: its observers have missed one`);
    }
  }
}

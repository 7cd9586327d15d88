import type { Cast } from '../kernel/fan-out';
import type { MailboxCore } from '../kernel/mailbox-core';

/** Those to whom a message to many goes on other nodes, besides its targets there. */
export type Audience =
  /** The observers of `broadcasts$`, on every node. */
  | 'broadcast'
  /** The observers of a topic. A retained message goes to every node. */
  | { readonly topic: string; readonly isRetained: boolean };

/**
 * The side of a broker that faces other nodes. The parts of the broker tell it what they do, as part of the step in which they do it. This
 * includes what they do with remote actors, but not that these are registered, since this side registers them.
 */
export interface Outward {
  /** Whether there are other nodes, so that a message to many has to be shown to `castEnds`. */
  readonly hasPeers: boolean;
  registered(core: MailboxCore): void;
  /** An actor has left the registry, and its id is free. */
  ended(core: MailboxCore): void;
  /** A mailbox was closed. */
  closed(id: string): void;
  bound(pattern: string, core: MailboxCore): void;
  unbound(pattern: string, core: MailboxCore): void;
  /** One more observer of this pattern has come (1), or one has left (-1). */
  observed(pattern: string, change: 1 | -1): void;
  /** A topic's retained message was set here. */
  retained(topic: string): void;
  /** A topic's retained message was forgotten here. */
  cleared(topic: string): void;
  /** A message to many is about to be offered to its targets, the remote ones among them. */
  castBegins(cast: Cast, audience: Audience): void;
  /** It was offered to all of them. */
  castEnds(audience: Audience): void;
}

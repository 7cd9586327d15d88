import type { ActorId } from '../../message/actor-id';

/** What a message carries besides itself and its lane. Most carry nothing; what one does is the same at every target of a fan-out. */
export interface MessageProperties {
  /** Its own ttl; negative where it has none, and its mailbox's counts. */
  readonly ttl: number;
  readonly sender: ActorId | undefined;
  readonly topic: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly attempt: number;
  /** Whether it is one target's part of a broadcast. */
  readonly broadcast: boolean;
  /** Whether it was sent by an observer of dead letters while it was told one: what becomes of it makes no letter (rule O4). */
  readonly ofLetter?: boolean;
}

export const NO_HEADERS: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({});

/** Those of most messages: one object for all of them. */
export const PLAIN: MessageProperties = { ttl: -1, sender: undefined, topic: undefined, headers: NO_HEADERS, attempt: 1, broadcast: false };
/** Those of a broadcast of which nothing is said. */
export const BROADCAST: MessageProperties = { ttl: -1, sender: undefined, topic: undefined, headers: NO_HEADERS, attempt: 1, broadcast: true };

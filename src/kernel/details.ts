import type { ActorId } from '../message/actor-id';

/** What was said of a message besides its priority. Most say nothing and share `PLAIN`; at every target of a fan-out it is the same. */
export interface Details {
  /** Its own ttl; `undefined`: its mailbox's counts. */
  readonly ttl?: number | undefined;
  readonly sender?: ActorId | undefined;
  readonly topic?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly attempt: number;
  /** One target's part of a broadcast. */
  readonly isBroadcast: boolean;
  /** Sent by an observer of dead letters while it was told one: what becomes of it makes no letter (rule O4). */
  readonly ofLetter?: boolean;
}

const NO_HEADERS: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({});
export const PLAIN: Details = { headers: NO_HEADERS, attempt: 1, isBroadcast: false };
export const BROADCAST: Details = { headers: NO_HEADERS, attempt: 1, isBroadcast: true };

/** Whether nothing was said of a message that its turn could see. */
export function isPlain(details: Details): boolean {
  return details === PLAIN || details === BROADCAST;
}

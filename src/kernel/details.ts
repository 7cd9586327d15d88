import type { ActorId } from '../message/actor-id';

/** What the sender said about a message besides its priority. Most messages share `PLAIN`; the targets of a fan-out share one object. */
export interface Details {
  /** The ttl of the message. `undefined`: the mailbox's ttl counts. */
  readonly ttl?: number | undefined;
  readonly sender?: ActorId | undefined;
  readonly topic?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly attempt: number;
  /** Whether the message is one target's part of a broadcast. */
  readonly isBroadcast: boolean;
  /** Whether an observer of dead letters sent it while it was told one. Such a message never makes a letter (rule O4). */
  readonly ofLetter?: boolean;
}

const NO_HEADERS: Readonly<Record<string, string>> = /* @__PURE__ */ Object.freeze({});
export const PLAIN: Details = { headers: NO_HEADERS, attempt: 1, isBroadcast: false };
export const BROADCAST: Details = { headers: NO_HEADERS, attempt: 1, isBroadcast: true };

/** Whether the details hold nothing that a turn could see. */
export function isPlain(details: Details): boolean {
  return details === PLAIN || details === BROADCAST;
}

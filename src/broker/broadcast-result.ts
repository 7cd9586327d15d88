import type { ActorId } from '../message/actor-id';

/** One target's answer to a broadcast. Its failure is a value, so that it takes nobody else's answer away. */
export type BroadcastResult<Reply = unknown> =
  | { readonly actorId: ActorId; readonly ok: true; readonly value: Reply }
  | { readonly actorId: ActorId; readonly ok: false; readonly error: unknown };

import { checkActorId } from '../failure/check';

declare const accepts: unique symbol;

/** The name of an actor. Its type says which messages the actor accepts: `ActorId<AccountMessage>`. At run time an id is a string. */
export type ActorId<Msg = any> = string & { readonly [accepts]: (message: Msg) => void };

/**
 * Makes an actor's id from a name; the same name gives the same id. Without a name the id is a fresh one, unique across processes.
 *
 * Without a type argument the id accepts every message, and TypeScript checks nothing that is sent to it.
 *
 * ```ts
 * const accounts = actorId<AccountMessage>('accounts');
 * ```
 *
 * @throws {TypeError} for a name that is empty or no string.
 */
export function actorId<Msg = any>(name?: string): ActorId<Msg> {
  return (name === undefined ? freshId() : checkActorId(name)) as ActorId<Msg>;
}

function freshId(): string {
  // A browser has `randomUUID` only in a secure context.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

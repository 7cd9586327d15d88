import { checkActorId } from '../failure/check';

declare const accepts: unique symbol;

/**
 * The name of an actor, with the messages it accepts in its type: `ActorId<AccountMessage>`. A string at run time, so that it
 * survives wires and logs.
 */
export type ActorId<Msg = any> = string & {
  /** @hidden Exists in the type only. */
  readonly [accepts]: (message: Msg) => void;
};

/**
 * An actor's id, by name, or a fresh one that is unique across processes. The same name is the same id. Without its type's argument it
 * accepts everything, and nothing sent to it is checked.
 *
 * ```ts
 * const accounts = actorId<AccountMessage>('accounts');
 * ```
 *
 * @throws {TypeError} for a name that is no string, or an empty one.
 */
export function actorId<Msg = any>(name?: string): ActorId<Msg> {
  return (name === undefined ? freshId() : checkActorId(name)) as ActorId<Msg>;
}

function freshId(): string {
  // Without a secure context a browser has `getRandomValues` only.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

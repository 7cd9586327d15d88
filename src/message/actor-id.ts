import { check, checkActorId } from '../failure/check';
import { type AnyProtocol, type MessageOf, isProtocol, nameOf } from './protocol';

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
 * An actor's id: by name, or a fresh one that is unique across processes, or of a protocol, by the protocol's name where no other is given. The
 * same name is the same id. Without its type's argument an id by name accepts everything, and nothing sent to it is checked.
 *
 * ```ts
 * const account = actorId(Account); // ActorId<MessageOf<typeof Account>>, 'account'
 * const savings = actorId(Account, 'savings');
 * const greeter = actorId<string>('greeter');
 * const anyone = actorId(); // fresh
 * ```
 *
 * @throws {TypeError} for a name that is no string, or an empty one; and for messages of several protocols in one object without a name.
 */
export function actorId<Msg = any>(name?: string): ActorId<Msg>;
export function actorId<P extends AnyProtocol<P> & object>(protocol: P, name?: string): ActorId<MessageOf<P>>;
export function actorId(first?: unknown, name?: string): ActorId {
  if (isProtocol(first)) {
    const id = name ?? nameOf(first);
    check(id !== undefined, "an actor's id for messages of several protocols must be given a name", id);
    return checkActorId(id) as ActorId;
  }
  if (first === undefined && name === undefined) return freshId() as ActorId;
  check(typeof first === 'string' && first !== '', "an actor's id must be a non-empty string, or be made of a protocol()", first);
  return first as ActorId;
}

function freshId(): string {
  // Without a secure context a browser has `getRandomValues` only.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

import { check, checkActorId } from '../failure/check';
import { type AnyProtocol, type MessageOf, isProtocol, nameOf } from './protocol';

declare const accepts: unique symbol;

/** The name of an actor. Its type says which messages the actor accepts: `ActorId<AccountMessage>`. At run time an id is a string. */
export type ActorId<Msg = any> = string & {
  /** @hidden It exists in the type only. */
  readonly [accepts]: (message: Msg) => void;
};

/**
 * Makes an actor's id from a name, or from a protocol, whose name is the default. Without both the id is a fresh one, unique across processes.
 * The same name gives the same id.
 *
 * An id from a protocol accepts the messages of the protocol. Without a type argument an id from a name accepts every message, and TypeScript
 * checks nothing that is sent to it.
 *
 * ```ts
 * const account = actorId(Account); // ActorId<MessageOf<typeof Account>>, 'account'
 * const savings = actorId(Account, 'savings');
 * const greeter = actorId<string>('greeter');
 * const anyone = actorId(); // fresh
 * ```
 *
 * @throws {TypeError} for a name that is empty or no string, and for an object with messages of several protocols if no name is given.
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
  // A browser has `randomUUID` only in a secure context.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

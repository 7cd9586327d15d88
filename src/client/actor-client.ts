import type { Observable } from 'rxjs';
import { check, checkActorId, checkSender, isObject } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import { type AnyProtocol, type MessageOf, isProtocol } from '../message/protocol';
import type { HasReply, ReplyOf } from '../message/reply-of';
import type { SendOptions, TellOptions } from '../message/send-options';
import type { SendResult } from '../message/send-result';
import type { Sender } from '../message/sender';

/** An actor as an object with a method for each message of its protocol. */
export interface ActorClient<P> {
  /** Each asks, as `send` does: cold, and emits the reply. */
  readonly ask: { readonly [K in keyof P]: (...args: CallArguments<P[K], SendOptions>) => Observable<ReplyOf<MessageMade<P[K]>>> };
  /** Each tells, as `trySend` does: now. A message that has a reply has no method here (rule S6). */
  readonly tell: { readonly [K in keyof P as HasReply<ReplyOf<MessageMade<P[K]>>> extends true ? never : K]: (...args: CallArguments<P[K], TellOptions>) => SendResult };
}

type MessageMade<Creator> = Creator extends (...args: never[]) => infer M ? M : never;

/** The options come first where there is no payload. */
type CallArguments<Creator, Options> = Creator extends () => unknown
  ? [options?: Options]
  : Creator extends (payload: infer Payload) => unknown
    ? true extends LooksLikeOptions<Payload>
      ? [payload: Payload, options: Options | undefined]
      : [payload: Payload, options?: Options]
    : never;

/** Whether a payload may have fields that are named as options are, and no others. */
type LooksLikeOptions<Payload> = Payload extends unknown
  ? [Extract<keyof Payload, keyof SendOptions>] extends [never]
    ? false
    : [Exclude<RequiredKeys<Payload>, keyof SendOptions>] extends [never]
      ? true
      : false
  : never;

type RequiredKeys<T> = { [K in keyof T]-?: {} extends Pick<T, K> ? never : K }[keyof T];

const OPTIONS: Readonly<Record<keyof SendOptions, true>> = { priority: true, ttl: true, sender: true, headers: true, timeout: true, signal: true };

/**
 * A plain object that asks and tells one actor by its protocol. The messages are made by the methods, so the caller names neither the id nor the
 * creators. Needs no more of a broker than `send` and `trySend`, so a turn's `context` does, too.
 *
 * What the methods do, answer, error with and throw is `send`'s and `trySend`'s. The payload comes first, then the options; where a message has no
 * payload, the options. A payload with option names only (`{ ttl: 5 }`) is always given with its options, or with `undefined`.
 *
 * ```ts
 * const Cart = protocol('cart', { add: message<{ sku: string }>(), find: message<{ text: string }, Item[]>(), count: message<void, number>() });
 * const cart = actorClient(broker, actorId(Cart), Cart);
 * cart.tell.add({ sku: 'a' }, { priority: 'high' }); // SendResult
 * cart.ask.find({ text: 'a' }).subscribe((items) => show(items)); // Observable<Item[]>
 * cart.ask.count({ timeout: 100 }).subscribe((count) => console.log(count));
 * ```
 *
 * @throws {TypeError} for what is no broker, a bad id, or what is no protocol; the methods throw one for a payload that is no object.
 */
export function actorClient<P extends AnyProtocol<P> & object>(
  broker: Pick<Sender, 'send' | 'trySend'>,
  id: ActorId<MessageOf<P>>,
  protocol: P,
): ActorClient<P> {
  checkSender(broker, 'send');
  checkSender(broker, 'trySend');
  checkActorId(id);
  check(isProtocol(protocol), 'a protocol must be made by protocol()', protocol);
  const to = id as ActorId;
  return {
    ask: methodsOf(protocol, (message, options: SendOptions | undefined) => broker.send(to, message, options)),
    tell: methodsOf(protocol, (message, options: TellOptions | undefined) => broker.trySend(to, message as never, options)),
  } as ActorClient<P>;
}

/** A method for each message. Not by assignment: that would take a message named `__proto__` for the prototype. */
function methodsOf<Options>(protocol: object, send: (message: object, options: Options | undefined) => unknown): object {
  const methods = Object.entries(protocol).map(([key, create]: [string, ((payload: object | undefined) => object) & { readonly type: string }]) => [
    key,
    (...args: readonly unknown[]) => {
      const [payload, options] = args.length < 2 && isOptions(args[0]) ? [undefined, args[0]] : args;
      check(payload === undefined || isObject(payload), `the payload of '${create.type}' must be an object`, payload);
      return send(create(payload), options as Options | undefined);
    },
  ]);
  return Object.fromEntries(methods) as object;
}

/** The only argument of a call is the options if all its fields are named as options are. */
function isOptions(value: unknown): boolean {
  return isObject(value) && Object.keys(value).every((name) => Object.hasOwn(OPTIONS, name));
}

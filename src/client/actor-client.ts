import type { Observable } from 'rxjs';
import { check, checkActorId, checkSender, isObject } from '../failure/check';
import type { ActorId } from '../message/actor-id';
import { SEND } from '../message/check-send';
import { type AnyProtocol, type MessageOf, isProtocol } from '../message/protocol';
import type { HasReply, ReplyOf } from '../message/reply-of';
import type { SendOptions, TellOptions } from '../message/send-options';
import type { SendResult } from '../message/send-result';
import type { Sender } from '../message/sender';

/** An actor as an object with methods for the messages of its protocol. */
export interface ActorClient<P> {
  /** A method for each message. It asks as `send` does: cold, and emits the reply. */
  readonly ask: { readonly [K in keyof P]: (...args: CallArguments<P[K], SendOptions>) => Observable<ReplyOf<MessageMade<P[K]>>> };
  /** A method for each message without a reply (rule S6). It tells as `trySend` does: at once. */
  readonly tell: { readonly [K in keyof P as HasReply<ReplyOf<MessageMade<P[K]>>> extends true ? never : K]: (...args: CallArguments<P[K], TellOptions>) => SendResult };
}

type MessageMade<Creator> = Creator extends (...args: never[]) => infer M ? M : never;

/** The arguments of a method: the payload and the options, or only the options if there is no payload. */
type CallArguments<Creator, Options> = Creator extends () => unknown
  ? [options?: Options]
  : Creator extends (payload: infer Payload) => unknown
    ? true extends LooksLikeOptions<Payload>
      ? [payload: Payload, options: Options | undefined]
      : [payload: Payload, options?: Options]
    : never;

/** Whether a payload may consist of fields that are named like options. */
type LooksLikeOptions<Payload> = Payload extends unknown
  ? [Extract<keyof Payload, keyof SendOptions>] extends [never]
    ? false
    : [Exclude<RequiredKeys<Payload>, keyof SendOptions>] extends [never]
      ? true
      : false
  : never;

type RequiredKeys<T> = { [K in keyof T]-?: {} extends Pick<T, K> ? never : K }[keyof T];

/**
 * Makes a plain object that asks and tells one actor by its protocol. Its methods make the messages, so the caller names neither the id nor the
 * creators. `broker` needs only `send` and `trySend`, so the `context` of a turn works, too.
 *
 * The methods return, emit, error and throw as `send` and `trySend` do. They take the payload, then the options; without a payload only the
 * options. If all fields of a payload are named like options (`{ ttl: 5 }`), the options must be given, too, or `undefined`.
 *
 * ```ts
 * const Cart = protocol('cart', { add: message<{ sku: string }>(), find: message<{ text: string }, Item[]>(), count: message<void, number>() });
 * const cart = actorClient(broker, actorId(Cart), Cart);
 * cart.tell.add({ sku: 'a' }, { priority: 'high' }); // SendResult
 * cart.ask.find({ text: 'a' }).subscribe((items) => show(items)); // Observable<Item[]>
 * cart.ask.count({ timeout: 100 }).subscribe((count) => console.log(count));
 * ```
 *
 * @throws {TypeError} for a bad broker, id or protocol. The methods throw one for a payload that is no object.
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

/** Makes a method for each message. It does not assign, since an assignment to a message named `__proto__` would set the prototype. */
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

/** Whether the only argument of a call is the options: all its fields are named like options. */
function isOptions(value: unknown): boolean {
  return isObject(value) && Object.keys(value).every((name) => Object.hasOwn(SEND, name));
}

import { type Checks, check, checkName, checkOptions, isObject, refuse } from '../failure/check';
import type { Message } from './message';
import { type MessageRules, type MessageSchemas, rulesBy, withRules } from './message-rules';

declare const payloadOf: unique symbol;
declare const replyOf: unique symbol;
declare const inputOf: unique symbol;

/** Any message spec. It does not name payload and reply, since TypeScript would infer the type arguments of `message()` from them. */
export interface AnySpec {
  /** Marks message specs, at run time, too. */
  readonly isMessage: true;
}

/** One message of a protocol, as `message()` makes it: without a `type` yet. `Input` is what its creator takes, where a schema changes it. */
export interface MessageSpec<Payload, Reply, Input = Payload> extends AnySpec {
  /** @hidden The rules of its schemas. */
  readonly rules?: unknown;
  /** @hidden It exists in the type only. */
  readonly [payloadOf]?: (payload: Payload) => Payload;
  /** @hidden It exists in the type only. */
  readonly [replyOf]?: (reply: Reply) => Reply;
  /** @hidden It exists in the type only. */
  readonly [inputOf]?: (input: Input) => Input;
}

type PayloadOf<Spec> = Spec extends MessageSpec<infer Payload, any, any> ? Payload : never;
type ReplyOfSpec<Spec> = Spec extends MessageSpec<any, infer Reply, any> ? Reply : never;
type InputOf<Spec> = Spec extends MessageSpec<any, any, infer Input> ? Input : never;

/** A message of a protocol: the fields of its payload, and its `type`, which replaces a `type` in the payload. */
export type ProtocolMessage<Type extends string, Payload, Reply> = {
  readonly [K in keyof Payload as K extends 'type' ? never : K]: Payload[K];
} & { readonly type: Type } & Message<Reply>;

/** The keys of all members of a union. `keyof` alone gives the keys that every member has, which may be none. */
type KeysOf<Payload> = Payload extends unknown ? keyof Payload : never;

/** The reply type of a creator. A creator has the `type` of its messages, so without this it could be sent as one. */
export interface Uncalled {
  readonly 'a creator is no message: call it': never;
}

/** No object has this property. Its name says in the compiler's error what to do. */
interface Wrapped {
  readonly 'a payload is an object with fields: put this into one of them': never;
}

/** What a creator takes. Arrays, maps, sets, dates and functions have no fields to copy. */
type Given<Input> = Input extends readonly unknown[] | ReadonlyMap<any, any> | ReadonlySet<any> | Date | ((...args: never[]) => unknown) ? Wrapped : Input;

/** Makes messages of one type. `type` is the string in their `type` field. `Input` is what it takes, where a schema changes it. */
export type MessageCreator<Type extends string, Payload, Reply, Input = Payload> = ([KeysOf<Input>] extends [never]
  ? () => ProtocolMessage<Type, Payload, Reply>
  : (payload: Given<Input>) => ProtocolMessage<Type, Payload, Reply>) & {
  /** The `type` of every message that this makes: `'account.deposit'`. */
  readonly type: Type;
} & Message<Uncalled>;

/** A protocol: a creator for each of its messages. */
export type Protocol<Name extends string, Specs> = {
  readonly [K in keyof Specs & string]: MessageCreator<`${Name}.${K}`, PayloadOf<Specs[K]>, ReplyOfSpec<Specs[K]>, InputOf<Specs[K]>>;
};

/** The union of a protocol's messages. For a type without keys, such as a function, it is `never`. */
export type MessageOf<P> = [keyof P] extends [never] ? never : P[keyof P] extends (...args: never[]) => infer M ? M : never;

/** Any protocol: an object of creators. */
export type AnyProtocol<P> = {
  readonly [K in keyof P]: ((...args: any[]) => {
    /** The message's type, which names its handler. */
    readonly type: string;
  }) & {
    /** The `type` of every message that this creator makes. */
    readonly type: string;
  };
};

/** Whether a type is that of a protocol. A function is none, since it has no keys. */
export type IsProtocol<P> = [keyof P] extends [never] ? false : P extends AnyProtocol<P> & object ? true : false;

const SPEC: MessageSpec<any, any, any> = { isMessage: true };

/** The options of `message()`. Each schema is checked where the rules are made. */
const SCHEMAS: Checks<MessageSchemas<any, any, any>> = { payload: () => {}, reply: () => {} };

/** The fields of a payload. `void` has none. */
type Fields<Payload> = [Payload] extends [void] ? {} : Payload;

/**
 * Describes one message of a protocol. `Payload` is the object that it carries, `void` for none. `Reply` is what its handler answers with.
 *
 * A creator copies the payload's fields into the message, beside `type`. So an instance of a class becomes a plain object, a field `type` is
 * replaced, and an array, a `Map`, a `Set` or a `Date` has to stand in a field: `message<{ items: string[] }>()`.
 *
 * ```ts
 * const Counter = protocol('counter', { add: message<{ by: number }>(), total: message<void, number>(), reset: message() });
 * Counter.total(); // { type: 'counter.total' }
 * ```
 *
 * Schemas by Standard Schema (Zod, Valibot, ArkType and others) give the types, and check messages. A payload is checked by its creator, and
 * where a handler of the protocol gets a message that no creator of this program made: from another node, or written by hand. A reply is
 * checked where it arrives from another node. What does not match fails with `Rejected`. What a schema changes, such as a default, is what the
 * handler gets; it must match the schema again, since a message may be checked twice.
 *
 * ```ts
 * const Account = protocol('account', {
 *   deposit: message({ payload: z.object({ amount: z.number().positive() }), reply: z.number() }),
 * });
 * Account.deposit({ amount: -5 }); // TypeError: the payload of 'account.deposit' does not match its schema: amount: Too small …
 * ```
 *
 * @throws {TypeError} for a schema that is none.
 */
export function message<Payload extends object | void = void, Reply = void, Input = Payload>(
  schemas?: MessageSchemas<Payload, Reply, Input> & Repeatable<Payload, Input>,
): MessageSpec<Fields<Payload>, Reply, Fields<Input>> {
  if (schemas === undefined) return SPEC;
  checkOptions<MessageSchemas<Payload, Reply, Input>>(schemas, SCHEMAS);
  return { isMessage: true, rules: rulesBy(schemas) };
}

/** Accepts schemas whose output is valid input: a message is checked where it is made, and again where it arrives. */
type Repeatable<Payload, Input> = [Payload] extends [Input]
  ? unknown
  : {
      /** No object has this property. Its name says in the compiler's error what to do. */
      readonly "the payload's schema must take what it gives back": never;
    };

/**
 * Makes a typed creator for each message of a protocol. A message is a plain object, safe to clone and to send over a wire.
 *
 * ```ts
 * const Account = protocol('account', {
 *   getBalance: message<{ accountId: string }, number>(),
 *   deposit: message<{ accountId: string; amount: number }>(),
 * });
 * type AccountMessage = MessageOf<typeof Account>;
 * Account.getBalance({ accountId: 'a' }); // { type: 'account.getBalance', accountId: 'a' }
 * ```
 *
 * A `type` in the payload is replaced by the creator's. A creator throws a `TypeError` for a payload that has no fields, such as an array.
 *
 * @throws {TypeError} for an empty name, or for specs that are no object of `message()`s.
 */
export function protocol<const Name extends string, Specs extends { [K in keyof Specs]: AnySpec }>(
  name: Name,
  specs: Specs,
): Protocol<Name, Specs> {
  checkName(name, "a protocol's name");
  check(isObject(specs) && !Array.isArray(specs), "a protocol's messages must be an object of message()s", specs);
  const creators = Object.entries(specs).map(([key, spec]) => {
    check((spec as AnySpec | null)?.isMessage === true, `a protocol's messages must be made by message(); '${key}' is not`, spec);
    return [key, creatorOf(`${name}.${key}`, (spec as MessageSpec<any, any>).rules as MessageRules | undefined)];
  });
  // `fromEntries`, since an assignment to a message named `__proto__` would set the prototype.
  return Object.freeze(Object.fromEntries(creators)) as Protocol<Name, Specs>;
}

function creatorOf(type: string, rules: MessageRules | undefined): unknown {
  const create =
    rules === undefined
      ? (payload?: object): object => ({ ...fieldsOf(payload, type), type })
      : (payload?: object): object => rules.make(type, fieldsOf(payload, type));
  Object.defineProperty(create, 'type', { value: type, enumerable: true });
  return Object.freeze(rules === undefined ? create : withRules(create, rules));
}

/** The payload, unless its fields would be lost. A primitive value has none, and is ignored: `map(Clock.tick)` gives a creator each value. */
function fieldsOf(payload: object | undefined, type: string): object | undefined {
  if (isObject(payload) && (Symbol.iterator in payload || payload instanceof Date)) {
    refuse(`the payload of '${type}' must be an object with fields, such as { value: … }`, payload);
  }
  return payload;
}

/** A protocol at run time: an object of creators. */
type Creators = Readonly<Record<string, { readonly type: string }>>;

/** Whether a value is an object of creators. */
export function isProtocol(value: unknown): value is Creators {
  if (!isObject(value)) return false;
  // By descriptors, since an actor is no protocol, and its getters are not to be called.
  const creators = Object.values(Object.getOwnPropertyDescriptors(value)).filter(({ enumerable }) => enumerable);
  return creators.length > 0 && creators.every(({ value: creator }) => typeof creator === 'function' && typeof (creator as { type?: unknown }).type === 'string');
}

/** The name of a protocol, with which all its types begin. `undefined` if its creators are of several protocols. */
export function nameOf(protocol: Creators): string | undefined {
  const names = Object.entries(protocol).map(([key, { type }]) => (type.endsWith(`.${key}`) ? type.slice(0, -key.length - 1) : undefined));
  return names.every((name) => name === names[0]) ? names[0] : undefined;
}

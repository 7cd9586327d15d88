import { check, hasMethod, isObject } from '../failure/check';
import { type StandardSchema, parseBy } from './standard-schema';

/** The schemas of a message. `Payload` is what the payload's schema gives back, and `Input` what it takes. */
export interface MessageSchemas<Payload, Reply, Input> {
  /** Checks the payload, where the message is made and where it is handled. */
  readonly payload?: StandardSchema<Input, Payload>;
  /** Checks the reply, where it arrives from another node. */
  readonly reply?: StandardSchema<any, Reply>;
}

/** What the schemas of a message say of its payload and its reply. */
export interface MessageRules {
  /** Makes a message of this type. @throws {TypeError} for a payload that does not match. */
  make(type: string, payload: object | undefined): object;
  /** The message itself, if it was made by these rules, else a checked copy. @throws {TypeError} for a payload that does not match. */
  checked(type: string, message: object): object;
  /** The reply, as its schema gives it back. @throws {TypeError} for a reply that does not match. */
  checkedReply(type: string, reply: unknown): unknown;
}

/** The key under which creators, and the messages they make, hold their rules. It is a symbol, and hidden, so it crosses no wire and no copy has it. */
const RULES: unique symbol = Symbol('rules');

/** Gives rules to an object. */
export function withRules<T extends object>(owner: T, rules: MessageRules): T {
  return Object.defineProperty(owner, RULES, { value: rules });
}

/** The rules of a creator or a message. `undefined`: none, or a message that no creator of this program made. */
export function rulesOf(owner: unknown): MessageRules | undefined {
  return (owner as { readonly [RULES]?: MessageRules } | null | undefined)?.[RULES];
}

/** Makes the rules of a message. @throws {TypeError} for a schema that is none. */
export function rulesBy({ payload, reply }: MessageSchemas<any, any, any>): MessageRules {
  checkSchema(payload, 'payload');
  checkSchema(reply, 'reply');
  const rules: MessageRules = {
    make(type, given) {
      const fields = payload === undefined ? given : (parseBy<unknown>(payload, given ?? {}, `the payload of '${type}'`) as object);
      return withRules({ ...fields, type }, rules);
    },
    checked(type, message) {
      if (rulesOf(message) === rules) return message;
      const { type: _type, ...fields } = message as { readonly type: string };
      return rules.make(type, fields);
    },
    checkedReply: (type, given) => (reply === undefined ? given : parseBy<unknown>(reply, given, `the reply to '${type}'`)),
  };
  return rules;
}

function checkSchema(schema: StandardSchema<any> | undefined, name: string): void {
  if (schema === undefined) return;
  // A schema may be a function, as in ArkType.
  const standard: unknown = schema?.['~standard'];
  check(isObject(standard) && hasMethod(standard, 'validate'), `the schema of a ${name} must be a Standard Schema`, schema);
}

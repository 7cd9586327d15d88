import { isObject } from '../failure/check';

/**
 * Whether a message matches. If the matcher is a function, it decides. If it is a plain object, the message must have its properties, each of
 * which matches again by these rules. Otherwise the message must equal the matcher, and their contents match by these rules.
 */
export function matches(message: unknown, matcher: unknown): boolean {
  return matchesWithin(message, matcher, []);
}

/** `outer`: the pairs that are being matched, from the outside in. A pair that comes again is a cycle, and matches if the rest does. */
function matchesWithin(message: unknown, matcher: unknown, outer: readonly (readonly [unknown, unknown])[]): boolean {
  if (Object.is(message, matcher)) return true;
  if (typeof matcher === 'function') return (matcher as (message: unknown) => boolean)(message);
  if (!isObject(matcher) || !isObject(message)) return false;
  if (outer.some(([one, other]) => one === message && other === matcher)) return true;
  const open = [...outer, [message, matcher] as const];
  const matchEach = (keys: readonly PropertyKey[]): boolean =>
    keys.every((key) => key in message && matchesWithin(message[key as never], matcher[key as never], open));
  if (isPlain(matcher)) return matchEach(Reflect.ownKeys(matcher));
  const keys = Object.keys(matcher);
  if (Array.isArray(matcher)) return Array.isArray(message) && message.length === matcher.length && matchEach(keys);
  if (Object.getPrototypeOf(message) !== Object.getPrototypeOf(matcher)) return false;
  if (matcher instanceof Map || matcher instanceof Set) return matchInAnyOrder([...(message as Set<unknown>)], [...matcher], (one, other) => matchesWithin(one, other, open));
  return Object.keys(message).length === keys.length && matchEach(keys) && Object.is(essenceOf(message), essenceOf(matcher));
}

/** Whether a value is an object literal, of any realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Matches the elements of Sets, or the entries of Maps. */
function matchInAnyOrder(messages: unknown[], matchers: readonly unknown[], isMatch: typeof matches): boolean {
  if (messages.length !== matchers.length) return false;
  return matchers.every((matcher) => {
    const found = messages.findIndex((message) => isMatch(message, matcher));
    return found >= 0 && messages.splice(found, 1).length > 0;
  });
}

/** The value of an object besides its properties: the time of a Date, the text of a URL, a RegExp or an Error, else the object itself. */
function essenceOf(value: unknown): unknown {
  const primitive: unknown = (value as object).valueOf();
  if (!isObject(primitive)) return primitive;
  const text = String(value);
  const saysNothing = text.startsWith('[object ') && text !== '[object Object]' && Object.keys(value as object).length === 0;
  return saysNothing ? value : text;
}

import { isObject } from '../failure/check';

/**
 * Whether a message is what a matcher says: taken by it where it is a function; with every property that it names where it is a plain
 * object; and else equal to it, while what is inside of it is matched by these rules again.
 */
export function matches(message: unknown, matcher: unknown): boolean {
  return matchesWithin(message, matcher, []);
}

/** `outer`: what is being matched with what, from the outside in. Where it comes round again, it matches if all the rest does. */
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

/** An object literal, of any realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The elements of a Set, or the entries of a Map. */
function matchInAnyOrder(messages: unknown[], matchers: readonly unknown[], isMatch: typeof matches): boolean {
  if (messages.length !== matchers.length) return false;
  return matchers.every((matcher) => {
    const found = messages.findIndex((message) => isMatch(message, matcher));
    return found >= 0 && messages.splice(found, 1).length > 0;
  });
}

/** What an object is besides its properties: a Date its time; a URL, a RegExp or an Error its text; a Promise nothing but itself. */
function essenceOf(value: unknown): unknown {
  const primitive: unknown = (value as object).valueOf();
  if (!isObject(primitive)) return primitive;
  const text = String(value);
  const saysNothing = text.startsWith('[object ') && text !== '[object Object]' && Object.keys(value as object).length === 0;
  return saysNothing ? value : text;
}

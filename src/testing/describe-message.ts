import { describeValue } from '../failure/check';

const LONGEST = 200;

/** Describes a message for the text of a failed expectation: as JSON if possible, shortened to 200 characters. */
export function describeMessage(message: unknown): string {
  const text = asJson(message) ?? asText(message);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** A message as JSON, with the class of an object in front, which JSON leaves out. `undefined` if JSON cannot show it. */
function asJson(message: unknown): string | undefined {
  if (typeof message === 'bigint') return `${message}n`;
  if (typeof message === 'number') return undefined;
  // A Proxy may throw whenever it is looked at.
  try {
    if (message instanceof Error) return undefined;
    const held: unknown = message instanceof Map || message instanceof Set ? [...message] : message;
    const text = JSON.stringify(held) as string | undefined;
    return text === undefined || !/^[[{]/.test(text) ? text : classOf(message) + text;
  } catch {
    return undefined;
  }
}

function classOf(message: unknown): string {
  const prototype = Object.getPrototypeOf(message) as { readonly constructor?: { readonly name?: unknown } } | null;
  const name = prototype?.constructor?.name;
  return typeof name !== 'string' || name === '' || name === 'Object' || name === 'Array' ? '' : `${name} `;
}

/** The text of a message that has no JSON. The message's own `toString` may throw. */
function asText(message: unknown): string {
  try {
    return Object.is(message, -0) ? '-0' : String(message);
  } catch {
    return describeValue(message);
  }
}

import { describeValue } from '../failure/check';

const LONGEST = 200;

/** A message as a failed expectation shows it: JSON where it can be, cut where it is long. */
export function describeMessage(message: unknown): string {
  const text = asJson(message) ?? asText(message);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** `undefined` where JSON cannot say it. The class of an object stands in front: JSON does not know it. */
function asJson(message: unknown): string | undefined {
  if (typeof message === 'bigint') return `${message}n`;
  if (typeof message === 'number' || message instanceof Error) return undefined;
  try {
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

/** What has no JSON. A message's own code may throw here, too. */
function asText(message: unknown): string {
  try {
    return Object.is(message, -0) ? '-0' : String(message);
  } catch {
    return describeValue(message);
  }
}

import { describeValue } from '../failure/check';

const LONGEST = 200;

/** Describes a message for the text of a failed expectation: as JSON if possible, shortened to 200 characters. */
export function describeMessage(message: unknown): string {
  let text: string | undefined;
  try {
    text = typeof message === 'bigint' ? `${message}n` : JSON.stringify(message);
  } catch {
    text = undefined;
  }
  text ??= asText(message);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** The text of a message that has no JSON. The message's own `toString` may throw. */
function asText(message: unknown): string {
  try {
    return String(message);
  } catch {
    return describeValue(message);
  }
}

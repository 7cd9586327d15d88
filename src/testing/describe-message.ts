import { describeValue } from '../failure/check';

const LONGEST = 200;

/** A message as a failed expectation shows it: JSON where it can be, cut where it is long. */
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

/** What has no JSON. A message's own code may throw here, too. */
function asText(message: unknown): string {
  try {
    return String(message);
  } catch {
    return describeValue(message);
  }
}

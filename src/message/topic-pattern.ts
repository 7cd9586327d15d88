import { BrokerError } from '../failure/broker-error';
import { describeValue } from '../failure/check';

/** One token, any. */
export const ANY_TOKEN = '*';
/** One token or more, at the end. */
export const ANY_REST = '>';

/**
 * The tokens of a pattern: `orders.*.eu`, `orders.>`. As in NATS, a token that merely contains a wildcard's character is itself.
 *
 * @throws {BrokerError} `RoutingFailed` for what is no string, an empty token, or a `>` that is not last (rule T1).
 */
export function parsePattern(pattern: unknown): readonly string[] {
  const tokens = parse(pattern, 'pattern');
  const rest = tokens.indexOf(ANY_REST);
  if (rest >= 0 && rest < tokens.length - 1) throw malformed(pattern, "'>' must be the last token");
  return tokens;
}

/**
 * The tokens of a topic that something is published on.
 *
 * @throws {BrokerError} `RoutingFailed` for what is no string, an empty token, or a wildcard (rule T1).
 */
export function parseTopic(topic: unknown): readonly string[] {
  if (topic === lastTopic) return lastTokens;
  const tokens = parse(topic, 'topic');
  if (tokens.includes(ANY_TOKEN) || tokens.includes(ANY_REST)) throw malformed(topic, 'wildcards are for patterns');
  lastTopic = topic as string;
  return (lastTokens = tokens);
}

/** One publish is looked at by its check, its actors and its observers: the last topic is parsed once. At first it is any topic at all. */
let lastTopic = 'none';
let lastTokens: readonly string[] = [lastTopic];

function parse(value: unknown, what: string): readonly string[] {
  if (typeof value !== 'string') throw new BrokerError('RoutingFailed', `a ${what} must be a string, got ${describeValue(value)}`);
  const tokens = value.split('.');
  if (tokens.includes('')) throw malformed(value, "tokens split by '.' must not be empty");
  return tokens;
}

function malformed(value: unknown, why: string): BrokerError {
  return new BrokerError('RoutingFailed', `malformed topic ${describeValue(value)}: ${why} (allowed: a.b.c, a.*.c, a.>)`);
}

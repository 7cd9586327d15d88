import { BrokerError } from '../failure/broker-error';
import { describeValue } from '../failure/check';
import { remembering } from './remembering';

/** Matches any one token. */
export const ANY_TOKEN = '*';
/** Matches one or more tokens at the end of a topic. */
export const ANY_REST = '>';
/** What an error text shows as allowed. */
const TOPICS = 'a.b.c';
const PATTERNS = 'a.b.c, a.*.c, a.>';

// The two parsers remember the last topic, since one call needs its tokens up to four times: for its check, its actors, its observers and its
// retained message.

/**
 * The tokens of a pattern: `orders.*.eu`, `orders.>`. As in NATS, a token that only contains `*` or `>`, such as `a*`, is no wildcard.
 *
 * @throws {BrokerError} `RoutingFailed` for a pattern that is no string, has an empty token, or has a `>` that is not last (rule T1).
 */
export const parsePattern: Parse = /* @__PURE__ */ remembering((pattern) => {
  const tokens = parse(pattern, 'pattern', PATTERNS);
  const rest = tokens.indexOf(ANY_REST);
  if (rest >= 0 && rest < tokens.length - 1) throw malformed(pattern, "'>' must be the last token", PATTERNS);
  return tokens;
});

/**
 * The tokens of a topic without wildcards.
 *
 * @throws {BrokerError} `RoutingFailed` for a topic that is no string, has an empty token, or has a wildcard (rule T1).
 */
export const parseTopic: Parse = /* @__PURE__ */ remembering((topic) => {
  const tokens = parse(topic, 'topic', TOPICS);
  if (tokens.includes(ANY_TOKEN) || tokens.includes(ANY_REST)) throw malformed(topic, 'wildcards are for patterns', TOPICS);
  return tokens;
});

type Parse = (value: unknown) => readonly string[];

function parse(value: unknown, what: string, allowed: string): readonly string[] {
  if (typeof value !== 'string') throw new BrokerError('RoutingFailed', `a ${what} must be a string, got ${describeValue(value)}`);
  // `split` takes a third longer, and five times as long for a single token.
  const tokens: string[] = [];
  let from = 0;
  for (let dot = value.indexOf('.'); dot >= 0; dot = value.indexOf('.', from)) {
    tokens.push(value.slice(from, dot));
    from = dot + 1;
  }
  tokens.push(value.slice(from));
  if (tokens.includes('')) throw malformed(value, "tokens split by '.' must not be empty", allowed);
  return tokens;
}

function malformed(value: unknown, why: string, allowed: string): BrokerError {
  return new BrokerError('RoutingFailed', `malformed topic ${describeValue(value)}: ${why} (allowed: ${allowed})`);
}

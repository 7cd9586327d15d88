import { parsePattern } from './topic-pattern';

declare const carries: unique symbol;

/** A topic or a pattern. Its type says which messages it carries. */
export type Topic<Msg = any> = string & { readonly [carries]: (message: Msg) => Msg };

/** The messages of a topic, by its type. A plain string carries any message. */
export type TopicMessage<K> = K extends Topic<infer Msg> ? Msg : K extends { readonly topic: infer T } ? (T extends Topic<infer Msg> ? Msg : any) : any;

/** One message of a topic's stream. */
export interface Publication<Msg = any> {
  readonly topic: string;
  readonly message: Msg;
  /** Whether it was published before the subscription, and retained. */
  readonly retained: boolean;
}

/**
 * Gives a topic or a pattern the type of its messages, which `publish`, `bind` and `topic$` check.
 *
 * ```ts
 * const prices = topic<{ symbol: string; price: number }>('prices.*');
 * const priceOf = (symbol: string) => topic<{ symbol: string; price: number }>(`prices.${symbol}`);
 * ```
 *
 * A pattern is for `bind` and for streams; `publish` throws for one.
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed pattern (rule T1).
 */
export function topic<Msg>(pattern: string): Topic<Msg> {
  parsePattern(pattern);
  return pattern as Topic<Msg>;
}

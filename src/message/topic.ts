import { parsePattern } from './topic-pattern';

declare const carries: unique symbol;

/** A topic, or a pattern of topics, with the messages it carries in its type. */
export type Topic<Msg = any> = string & {
  /** @hidden Exists in the type only. */
  readonly [carries]: (message: Msg) => Msg;
};

/** What may be published on a topic: what its type says, or anything on a plain string. */
export type TopicMessage<K> =
  K extends Topic<infer Msg>
    ? Msg
    : K extends {
          /** A routing key's topic. */
          readonly topic: infer T;
        }
      ? T extends Topic<infer Msg>
        ? Msg
        : any
      : any;

/** One message of a topic's stream. */
export interface Publication<Msg = any> {
  /** The topic it was published on: never a pattern. */
  readonly topic: string;
  /** What was published. */
  readonly message: Msg;
  /** Whether it was kept from before the subscription. */
  readonly retained: boolean;
}

/**
 * A topic that carries its message type, so that `publish`, `bind` and `topic$` check it.
 *
 * ```ts
 * const prices = topic<{ symbol: string; price: number }>('prices.*');
 * const priceOf = (symbol: string) => topic<{ symbol: string; price: number }>(`prices.${symbol}`);
 * ```
 *
 * Patterns are for `bind` and streams: `publish` throws for one.
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed pattern (rule T1).
 */
export function topic<Msg>(pattern: string): Topic<Msg> {
  parsePattern(pattern);
  return pattern as Topic<Msg>;
}

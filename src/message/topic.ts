import { parsePattern, parseTopic } from './topic-pattern';

declare const carries: unique symbol;

/** Any string but a `TopicPattern`: what can be published on. */
export type TopicName = string & { readonly 'a pattern names many topics: publish on one'?: never };

/** A topic with the messages that it carries in its type. */
export type Topic<Msg = any> = TopicName & { readonly [carries]: (message: Msg) => Msg };

/** A pattern of topics, with the messages that they carry in its type. A topic is one, too. */
export type TopicPattern<Msg = any> = string & {
  readonly [carries]: (message: Msg) => Msg;
  readonly 'a pattern names many topics: publish on one'?: true;
};

/** What a topic carries: what its type says, or anything on a plain string. */
export type TopicMessage<K> = K extends { readonly topic: infer T } ? MessageIn<T> : MessageIn<K>;

type MessageIn<T> = T extends TopicPattern<infer Msg> ? Msg : any;

/** One message of a topic's stream. */
export interface Publication<Msg = any> {
  /** The topic it was published on: never a pattern. */
  readonly topic: string;
  /** What was published. */
  readonly message: Msg;
  /** Whether it was kept from before the subscription. */
  readonly retained: boolean;
}

/** How a topic is observed. */
export interface TopicOptions<Msg = any> {
  /**
   * Observes the topic as state: this value comes first where none is retained, and then only publications with `retain` are told. Where it is
   * given, `undefined` is a value, too.
   */
  readonly initial?: Msg;
}

/**
 * A topic that carries its message type, so that `publish`, `bind` and `topic$` check it.
 *
 * ```ts
 * const cart = topic<{ items: number }>('shop.cart');
 * broker.publish(cart, { items: 1 });
 * const priceOf = (symbol: string) => topic<{ price: number }>(`prices.${symbol}`);
 * ```
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed topic, and for a wildcard: `topicPattern` takes those (rule T1).
 */
export function topic<Msg>(name: string): Topic<Msg> {
  parseTopic(name);
  return name as Topic<Msg>;
}

/**
 * A pattern of topics that carry messages of one type: for `bind`, `topic$` and `publications$`. `publish` does not take it.
 *
 * ```ts
 * const prices = topicPattern<{ price: number }>('prices.*');
 * broker.publications$(prices).subscribe(({ topic, message }) => console.log(topic, message.price));
 * ```
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed pattern (rule T1).
 */
export function topicPattern<Msg>(pattern: string): TopicPattern<Msg> {
  parsePattern(pattern);
  return pattern as TopicPattern<Msg>;
}

import type { ActorId } from './actor-id';
import { parsePattern, parseTopic } from './topic-pattern';

declare const carries: unique symbol;

/** Any string but a `TopicPattern`: a topic to publish on. */
export type TopicName = string & {
  /** @hidden It exists in the type only, and its name shows in the compiler's error. */
  readonly 'a pattern names many topics: publish on one'?: never;
};

/** A topic. Its type says which messages it carries. */
export type Topic<Msg = any> = TopicName & {
  /** @hidden It exists in the type only. */
  readonly [carries]: (message: Msg) => Msg;
};

/** A pattern of topics. Its type says which messages they carry. A topic is a pattern, too. */
export type TopicPattern<Msg = any> = string & {
  /** @hidden It exists in the type only. */
  readonly [carries]: (message: Msg) => Msg;
  /** @hidden It exists in the type only, and its name shows in the compiler's error. */
  readonly 'a pattern names many topics: publish on one'?: true;
};

/** The messages of a topic, by its type. A plain string carries any message. */
export type TopicMessage<K> = K extends {
  /** The topic of a routing key. */
  readonly topic: infer T;
}
  ? MessageIn<T>
  : MessageIn<K>;

type MessageIn<T> = T extends TopicPattern<infer Msg> ? Msg : any;

/** One message of a topic's stream. */
export interface Publication<Msg = any> {
  /** The topic on which it was published, never a pattern. */
  readonly topic: string;
  /** The message that was published. */
  readonly message: Msg;
  /** Whether it was published before the subscription, and retained. */
  readonly retained: boolean;
}

/** Options of `topic$`. */
export interface TopicOptions<Msg = any> {
  /**
   * Observes the topic as state. This value comes first if none is retained; after that only publications with `retain` are told. An
   * `undefined` that is given counts as a value.
   */
  readonly initial?: Msg;
}

/**
 * Gives a topic the type of its messages, which `publish`, `bind` and `topic$` check.
 *
 * ```ts
 * const cart = topic<{ items: number }>('shop.cart');
 * broker.publish(cart, { items: 1 });
 * const priceOf = (symbol: string) => topic<{ price: number }>(`prices.${symbol}`);
 * ```
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed topic, and for a wildcard, which `topicPattern` takes (rule T1).
 */
export function topic<Msg>(name: string): Topic<Msg> {
  parseTopic(name);
  return name as Topic<Msg>;
}

/**
 * Gives a pattern the type of the messages of its topics. It is for `bind`, `topic$` and `publications$`; `publish` does not take it.
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

/** An actor bound to a topic or a pattern. */
export interface TopicBinding {
  /** The topic or the pattern. */
  readonly topic: string;
  /** The actor. */
  readonly id: ActorId;
}

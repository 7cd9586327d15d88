import type { RoutingKey } from './routing-key';
import type { PublishOptions } from './send-options';
import type { TopicMessage, TopicName } from './topic';

/** A broker, as far as it publishes. */
export interface Publisher {
  /**
   * Publishes to every actor bound to the topic and every observer of it, now. How many actors took it; nobody there is no failure. What
   * reaches observers only is no message, so no event and no count tells of it: `publications$('>')` shows all.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed topic.
   * @throws {RangeError} when one more topic than `maxRetained` would be kept.
   */
  publish<const K extends TopicName | RoutingKey<TopicName>>(key: K, message: TopicMessage<NoInfer<K>>, options?: PublishOptions): number;
}

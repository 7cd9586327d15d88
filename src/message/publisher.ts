import type { RoutingKey } from './routing-key';
import type { PublishOptions } from './send-options';
import type { TopicMessage, TopicName } from './topic';

/** The part of a broker that publishes. */
export interface Publisher {
  /**
   * Publishes at once to every observer of the topic and every actor bound to it. Returns how many actors took it; 0 is no failure.
   *
   * Events and metrics count the actors only. `publications$('>')` shows every publication.
   *
   * @throws {BrokerError} `RoutingFailed` for a malformed topic.
   * @throws {RangeError} for a bad priority, or if one topic more than `maxRetained` would be retained.
   */
  publish<const K extends TopicName | RoutingKey<TopicName>>(key: K, message: TopicMessage<NoInfer<K>>, options?: PublishOptions): number;
}

import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { parseTopic } from '../message/topic-pattern';
import type { Publisher } from '../message/publisher';
import type { RoutingKey } from '../message/routing-key';
import type { PublishOptions } from '../message/send-options';
import type { TopicMessage } from '../message/topic';

/**
 * Publishes every value on a topic and passes it on. Refusals are counted and become dead letters, and never end the stream.
 *
 * Synchronous: the value is published before it is passed on.
 *
 * ```ts
 * prices$.pipe(publishTo(broker, 'prices.eur', { retain: true })).subscribe();
 * ```
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed topic.
 */
export function publishTo<const K extends string | RoutingKey>(
  broker: Publisher,
  key: K,
  options?: PublishOptions,
): MonoTypeOperatorFunction<TopicMessage<K>> {
  parseTopic(typeof key === 'string' ? key : key.topic);
  return tap((message) => {
    broker.publish(key, message, options);
  });
}

import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { checkSender } from '../failure/check';
import { checkPublish } from '../message/check-send';
import { laneOfRouting } from '../message/priority';
import type { Publisher } from '../message/publisher';
import type { RoutingKey } from '../message/routing-key';
import type { PublishOptions } from '../message/send-options';
import type { TopicMessage, TopicName } from '../message/topic';
import { parseTopic } from '../message/topic-pattern';

/**
 * Publishes every value on a topic, then passes it on. Synchronous and in order; the result errors and completes with its source.
 *
 * A refusal is counted and becomes a dead letter; it never ends the stream.
 *
 * ```ts
 * prices$.pipe(publishTo(broker, 'prices.eur', { retain: true })).subscribe();
 * ```
 *
 * With `retain` the result errors with a `RangeError`, if one topic more than the broker's `maxRetained` would be retained.
 *
 * @throws {BrokerError} `RoutingFailed` for a malformed topic.
 * @throws {TypeError | RangeError} for a bad broker, priority or option.
 */
export function publishTo<const K extends TopicName | RoutingKey<TopicName>, M extends TopicMessage<NoInfer<K>>>(
  broker: Publisher,
  key: K,
  options?: PublishOptions,
): MonoTypeOperatorFunction<M> {
  checkSender(broker, 'publish');
  parseTopic(typeof key === 'string' ? key : (key as RoutingKey | null)?.topic);
  if (typeof key !== 'string') laneOfRouting(key.priority);
  checkPublish(options);
  return tap((message) => {
    broker.publish<any>(key, message, options);
  });
}

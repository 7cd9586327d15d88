import { type MonoTypeOperatorFunction, tap } from 'rxjs';
import { checkSender } from '../failure/check';
import { checkPublish } from '../message/check-send';
import { laneOfRouting } from '../message/priority';
import type { Publisher } from '../message/publisher';
import type { RoutingKey } from '../message/routing-key';
import type { PublishOptions } from '../message/send-options';
import type { TopicMessage } from '../message/topic';
import { parseTopic } from '../message/topic-pattern';

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
 * @throws {TypeError | RangeError} for what is no broker, a bad priority or option. The stream ends with a `RangeError` where one topic
 * more would be retained than the broker's `maxRetained`.
 */
export function publishTo<const K extends string | RoutingKey, M extends TopicMessage<NoInfer<K>>>(
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

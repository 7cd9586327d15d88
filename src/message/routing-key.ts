import { BrokerError } from '../failure/broker-error';
import { describeValue, isObject } from '../failure/check';
import { type Priority, laneOfRouting } from './priority';
import { parseTopic } from './topic-pattern';

/** The topic that a message is routed by or published on, and how urgent the message is. */
export interface RoutingKey<T extends string = string> {
  /** The topic, without wildcards. */
  readonly topic: T;
  /** A priority, or an integer from 0 to 255, of which each quarter is one priority. Default: the priority of the options, or `'normal'`. */
  readonly priority?: Priority | number;
}

/**
 * The topic and the lane of a key. Without a priority in the key it is `lane`.
 *
 * @throws {BrokerError | RangeError} for a bad key.
 */
export function checkRoutingKey(key: RoutingKey, lane: number): { readonly topic: string; readonly lane: number } {
  if (!isObject(key)) throw new BrokerError('RoutingFailed', `a routing key must be { topic, priority? }, got ${describeValue(key)}`);
  parseTopic(key.topic);
  return { topic: key.topic, lane: key.priority === undefined ? lane : laneOfRouting(key.priority) };
}

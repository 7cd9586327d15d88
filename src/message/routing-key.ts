import { BrokerError } from '../failure/broker-error';
import { describeValue, isObject } from '../failure/check';
import { type Priority, laneOfRouting } from './priority';
import { parseTopic } from './topic-pattern';

/** Where a message is routed or published, and how urgent it is. */
export interface RoutingKey<T extends string = string> {
  /** The topic, without wildcards. */
  readonly topic: T;
  /** A priority, or 0 to 255 quartered onto the four. Default `'normal'`. */
  readonly priority?: Priority | number;
}

/**
 * Its topic, and its lane: `lane` where it says no priority.
 *
 * @throws {BrokerError | TypeError | RangeError} for a key that is none.
 */
export function checkRoutingKey(key: RoutingKey, lane: number): { readonly topic: string; readonly lane: number } {
  if (!isObject(key)) throw new BrokerError('RoutingFailed', `a routing key must be { topic, priority? }, got ${describeValue(key)}`);
  parseTopic(key.topic);
  return { topic: key.topic, lane: key.priority === undefined ? lane : laneOfRouting(key.priority) };
}

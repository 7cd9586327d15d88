import type { Observable } from 'rxjs';
import { checkFunction, checkSender } from '../failure/check';
import type { MessageBroker } from '../message/message-broker';
import type { Topic } from '../message/topic';
import { parseTopic } from '../message/topic-pattern';

/** A retained topic as state. `set` and `update` can be destructured. */
export interface TopicState<T> {
  /** The topic of this state. */
  readonly topic: Topic<T>;
  /** The topic's retained value, or else the initial one. It is up to date as soon as `set` has returned, also inside of a turn. */
  readonly value: T;
  /** Emits `value`, synchronously, then each value that is set, in order. It never errors, and completes when the broker closes. */
  readonly value$: Observable<T>;
  /** Publishes a value with `retain`. It does nothing when the broker is closed. */
  readonly set: (value: T) => void;
  /** Calls `set(change(value))`. If `change` throws, this throws the same error, and sets nothing. */
  readonly update: (change: (value: T) => T) => void;
}

/**
 * A topic as state, whose value is the topic's retained message. The object holds no value itself, so all states of one topic agree, also with
 * other code that publishes on it with `retain`. A publication without `retain` does not change the state.
 *
 * If the topic has no retained message, `initial` is published and retained at once. After `clearRetained`, and when the broker is closed,
 * `value` is `initial` again. Observers are told as of every publication: after the turn or the observer that sets the value (rule D0).
 *
 * ```ts
 * const cart = topicState(broker, topic<{ items: number }>('shop.cart'), { items: 0 });
 * cart.value$.subscribe(({ items }) => console.log(items)); // 0, then 1
 * cart.update(({ items }) => ({ items: items + 1 }));
 * console.log(cart.value.items); // 1
 * ```
 *
 * @throws {TypeError} for a bad broker.
 * @throws {BrokerError} `RoutingFailed` for a malformed topic, or a pattern.
 * @throws {RangeError} if one topic more than the broker's `maxRetained` would be retained. `set` throws it, too.
 */
export function topicState<T>(broker: Pick<MessageBroker, 'publish' | 'retained' | 'topic$'>, topic: Topic<T>, initial: NoInfer<T>): TopicState<T> {
  for (const method of ['publish', 'retained', 'topic$']) checkSender(broker, method);
  parseTopic(topic);
  const value$ = broker.topic$(topic, { initial });
  const set = (value: T): void => void broker.publish<any>(topic, value, { retain: true });
  const state: TopicState<T> = {
    topic,
    get value() {
      const retained = broker.retained(topic);
      return retained === undefined ? firstOf(value$, initial) : retained;
    },
    value$,
    set,
    update(change) {
      checkFunction(change, 'change');
      set(change(state.value));
    },
  };
  if (firstOf<unknown>(broker.topic$(topic), NOTHING) === NOTHING) set(initial);
  return state;
}

/** Stands for no value, since any value may be retained, also `undefined`. */
const NOTHING = {};

/** The value that a stream emits synchronously, or else `none`. */
function firstOf<T>(stream: Observable<T>, none: T): T {
  let first = none;
  stream.subscribe((value) => (first = value)).unsubscribe();
  return first;
}

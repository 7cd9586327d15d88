import type { Observable } from 'rxjs';
import { checkFunction, checkSender } from '../failure/check';
import type { MessageBroker } from '../message/message-broker';
import type { Topic } from '../message/topic';
import { parseTopic } from '../message/topic-pattern';

/** A retained topic as state. Its functions can be taken apart from it. */
export interface TopicState<T> {
  readonly topic: Topic<T>;
  /** The topic's retained value, else the initial one. Right as soon as `set` has returned, inside a turn, too. */
  readonly value: T;
  /** `value` first, synchronously, then each value that is set, in order. Completes when the broker closes. */
  readonly value$: Observable<T>;
  /** Publishes a value with `retain`. Does nothing once the broker is closed. */
  readonly set: (value: T) => void;
  /** `set(change(value))`. What `change` throws is thrown here, and nothing is set. */
  readonly update: (change: (value: T) => T) => void;
}

/**
 * A topic as state: what is retained on it is its value. Holds nothing itself, so that all states of one topic, and whatever publishes on it with
 * `retain`, agree; a publication without `retain` is no state.
 *
 * `initial` is published and retained at once where nothing is. After `clearRetained`, and once the broker is closed, it is the value again.
 * Observers are told as of every publication: after the turn, or the observer, that sets (rule D0).
 *
 * ```ts
 * const cart = topicState(broker, topic<{ items: number }>('shop.cart'), { items: 0 });
 * cart.value$.subscribe(({ items }) => console.log(items)); // 0, then 1
 * cart.update(({ items }) => ({ items: items + 1 }));
 * console.log(cart.value.items); // 1
 * ```
 *
 * @throws {TypeError} for what is no broker. @throws {BrokerError} `RoutingFailed` for a malformed topic, or a pattern.
 * @throws {RangeError} where one topic more would be retained than the broker's `maxRetained`; so does `set`.
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

/** Stands for no value: any other may be retained, `undefined` too. */
const NOTHING = {};

/** What a stream emits at once, else `none`. */
function firstOf<T>(stream: Observable<T>, none: T): T {
  let first = none;
  stream.subscribe((value) => (first = value)).unsubscribe();
  return first;
}

import { useMemo, useSyncExternalStore } from 'react';
import type { Topic } from '../message/topic';
import { useBroker } from './use-broker';

/**
 * The state of a topic: its retained message, or else `initial`. A publication with `retain` renders the component again, unless it is the
 * same value by `Object.is`. As for `topicState`, a publication without `retain` is no state.
 *
 * All components see the same value in one render, also in a transition. `initial` is that of the first render, and it is not published. When
 * the broker is closed or the topic is cleared, a mounted component keeps the last value that it was told.
 *
 * A server renders the value of its own broker. So the browser's broker must retain the same value before React hydrates the page.
 *
 * ```tsx
 * const cart = topic<{ readonly items: number }>('shop.cart');
 * function CartBadge() {
 *   const { items } = useTopic(cart, { items: 0 });
 *   return <b>{items}</b>;
 * }
 * broker.publish(cart, { items: 1 }, { retain: true }); // shows 1
 * ```
 *
 * @throws {BrokerError} `RoutingFailed` at the render, for a malformed topic, or a pattern.
 * @throws {Error} at the render, if there is no provider above.
 */
export function useTopic<T>(topic: Topic<T>, initial: NoInfer<T>): T {
  const broker = useBroker();
  const [subscribe, read] = useMemo(() => {
    let last: T = initial;
    return [
      (changed: () => void) => {
        const subscription = broker.topic$(topic, { initial }).subscribe((value) => {
          last = value;
          changed();
        });
        return () => subscription.unsubscribe();
      },
      // A render must not subscribe, not even for a moment, since a subscription may run what waits in the broker.
      (): T => {
        const retained = broker.retained(topic);
        // An `undefined` may be retained, too. Then `last` is `undefined`.
        return retained === undefined ? last : retained;
      },
    ] as const;
  }, [broker, topic]);
  return useSyncExternalStore(subscribe, read, read);
}

import { type MessageBroker, topic, topicState } from 'rx-broker';
import { type Observable, distinctUntilChanged, map } from 'rxjs';

export interface Item {
  readonly sku: string;
  /** The price of one, in cents. */
  readonly price: number;
  readonly count: number;
}

/** Actors and other parts of a program observe it by `broker.topic$(cartTopic)`. Nobody changes an array or an item, everybody sets new ones. */
export const cartTopic = topic<readonly Item[]>('shop.cart');

export interface Cart {
  readonly items$: Observable<readonly Item[]>;
  /** In cents. Emits at once, then when it changes. */
  readonly total$: Observable<number>;
  /** Adds one of it, or `count`. */
  add(item: { readonly sku: string; readonly price: number }, count?: number): void;
  /** Takes all of it out. */
  remove(sku: string): void;
}

/** The cart of a broker. It holds nothing itself, so that all carts of one broker are the same cart. */
export function createCart(broker: MessageBroker): Cart {
  const { value$: items$, update } = topicState(broker, cartTopic, []);
  return {
    items$,
    total$: items$.pipe(map(totalOf), distinctUntilChanged()),
    add({ sku, price }, count = 1) {
      update((items) => {
        const inside = items.find((item) => item.sku === sku);
        if (inside === undefined) return [...items, { sku, price, count }];
        return items.map((item) => (item === inside ? { ...item, count: item.count + count } : item));
      });
    },
    remove(sku) {
      update((items) => items.filter((item) => item.sku !== sku));
    },
  };
}

function totalOf(items: readonly Item[]): number {
  return items.reduce((sum, { price, count }) => sum + price * count, 0);
}

import { InMemoryMessageBroker, actorId } from 'rx-broker';
import { brokerMarbles } from 'rx-broker/testing';
import { describe, expect, it } from 'vitest';
import { type Item, cartTopic, createCart } from './cart';

const [tea, cup] = [{ sku: 'tea', price: 450 }, { sku: 'cup', price: 900 }];
const marbles = brokerMarbles((actual, expected) => {
  expect(actual).toStrictEqual(expected);
});

describe('a cart', () => {
  it(
    'is empty at first, counts what is added, and takes out what is removed',
    marbles(({ broker, cold, expectObservable }) => {
      const cart = createCart(broker);
      const clicks: Record<string, () => void> = { t: () => cart.add(tea), c: () => cart.add(cup, 2), r: () => cart.remove('tea') };
      cold('-t-t-c-r').subscribe((click) => clicks[click]!());
      const [t1, t2, c2] = [{ ...tea, count: 1 }, { ...tea, count: 2 }, { ...cup, count: 2 }];
      expectObservable(cart.items$).toBe('at-u-c-r', { a: [], t: [t1], u: [t2], c: [t2, c2], r: [c2] });
      expectObservable(cart.total$).toBe('at-u-c-r', { a: 0, t: 450, u: 900, c: 2_700, r: 1_800 });
    }),
  );

  it(
    'tells a total only when it has changed',
    marbles(({ broker, cold, expectObservable }) => {
      const cart = createCart(broker);
      cold('-a-b').subscribe((sku) => cart.add({ sku, price: sku === 'a' ? 0 : 5 }));
      expectObservable(cart.total$).toBe('n--f', { n: 0, f: 5 });
    }),
  );

  it('is one cart for all parts of a program, with what it holds for those that come late', () => {
    const broker = new InMemoryMessageBroker();
    const carts = [createCart(broker), createCart(broker)];
    for (const cart of carts) cart.add(tea);
    const totals: number[] = [];
    for (const cart of [...carts, createCart(broker)]) cart.total$.subscribe((total) => totals.push(total));
    expect(totals).toEqual([900, 900, 900]);
  });

  it('can be filled by an actor in its turn, twice in a row', () => {
    const broker = new InMemoryMessageBroker();
    const cart = createCart(broker);
    const seen: (readonly Item[])[] = [];
    broker.topic$(cartTopic).subscribe((items) => seen.push(items));
    const gifts = actorId<string>('gifts');
    broker.spawn(gifts, (sku) => {
      for (const price of [0, 0]) cart.add({ sku, price });
    });
    broker.trySend(gifts, 'sticker');
    expect(seen).toEqual([[], [{ sku: 'sticker', price: 0, count: 1 }], [{ sku: 'sticker', price: 0, count: 2 }]]);
  });
});

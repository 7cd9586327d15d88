import { DeadLetterQueue, type InMemoryMessageBroker } from 'rx-broker';
import { brokerMarbles } from 'rx-broker/testing';
import { NEVER, asyncScheduler, finalize, map, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { deskHandlers } from './order-desk/desk-handlers';
import { letterLine } from './order-desk/letter-line';
import { CALM, LIMITS, changed } from './order-desk/load';
import { openMarket } from './order-desk/market';
import { type Order, type OrderDraft, Audit, Book, Desk, Quotes, Risk, audit, book, desk, priceOf, quotesOf, risk } from './order-desk/messages';
import { bookHandlers } from './order-desk/order-book';
import { OrderLedger } from './order-desk/order-ledger';
import { paced } from './order-desk/paced';
import { seededRandom } from './order-desk/seeded-random';

const equal = (actual: unknown, expected: unknown): void => {
  expect(actual).toStrictEqual(expected);
};
const marbles = brokerMarbles(equal, { onError: () => undefined });
const newOrder = (ledger: OrderLedger, about: Partial<OrderDraft> = {}): Order => ledger.open({ side: 'buy', symbol: 'ACME', quantity: 10, limit: 100, ...about });

describe('the market', () => {
  it(
    'works on one price of a symbol, keeps the newest of those that come meanwhile, and drops the others',
    marbles(({ scheduler, cold, expectObservable }) => {
      const { broker } = openMarket({ scheduler, random: () => 0, load: () => CALM });
      const cents = { a: 101, b: 102, c: 103, d: 104, o: 10_000 };
      cold('a-bc-----d', cents).subscribe((each) => broker.trySend(quotesOf('ACME'), Quotes.update({ symbol: 'ACME', cents: each })));
      // 6 ms a price: `c` takes the place of `b`.
      expectObservable(broker.topic$(priceOf('ACME')).pipe(map((price) => price.cents))).toBe('o-----a-----c-----d', cents);
      expectObservable(broker.deadLetters$.pipe(map(({ message, reason }) => `${(message as { cents: number }).cents} ${reason}`))).toBe('---b', { b: '102 Dropped' });
    }),
  );
});

describe('the desk', () => {
  /** A desk whose risk service takes 10 ms, or never answers, and the orders that came so far. */
  function setup(broker: InMemoryMessageBroker, { answers = true, capacity = 10 } = {}): { ledger: OrderLedger; asked: number[]; left: number[]; booked: number[] } {
    const seen = { ledger: new OrderLedger(), asked: [] as number[], left: [] as number[], booked: [] as number[] };
    broker.spawn(desk, Desk, deskHandlers(seen.ledger), { capacity });
    broker.spawn(risk, Risk, {
      check({ order: { id, quantity } }, { signal }) {
        seen.asked.push(id);
        const verdict$ = answers ? timer(10).pipe(map(() => ({ isApproved: quantity <= 900 }))) : NEVER;
        return verdict$.pipe(finalize(() => signal.aborted && seen.left.push(id)));
      },
    });
    broker.spawn(book, Book, { execute: ({ order: { id } }) => void seen.booked.push(id) });
    broker.spawn(audit, Audit, { write: () => undefined });
    return seen;
  }

  it(
    'asks the risk service, then passes the order to the book, one order after the other',
    marbles(({ broker, scheduler, flush }) => {
      const { ledger, booked } = setup(broker);
      for (let n = 0; n < 3; n++) broker.trySend(desk, Desk.place({ order: newOrder(ledger) }));
      const bookedAt = (ms: number): void => void scheduler.schedule(() => expect(booked).toHaveLength(ms / 10), ms + 1);
      for (const ms of [10, 20, 30]) bookedAt(ms);
      flush();
      expect(booked).toEqual([1, 2, 3]);
      expect(ledger.counts()).toMatchObject({ placed: 3, open: 3 });
    }),
  );

  it(
    'rejects what the risk service refuses, and has it audited',
    marbles(({ broker, expectDeliveries, flush }) => {
      const { ledger, booked } = setup(broker);
      broker.trySend(desk, Desk.place({ order: newOrder(ledger, { quantity: 901 }) }));
      expectDeliveries(audit).toBe('10ms a', { a: Audit.write({ orderId: 1, end: 'refused' }) });
      flush();
      expect(booked).toEqual([]);
      expect(ledger.counts()).toMatchObject({ rejected: 1, open: 0, by: { refused: 1 } });
    }),
  );

  it(
    'gives up after 250 ms: the order stays open, and is a dead letter',
    marbles(({ broker, expectObservable, flush }) => {
      const { ledger } = setup(broker, { answers: false });
      const line$ = broker.deadLetters$.pipe(map((letter) => letterLine(letter, 0)));
      broker.trySend(desk, Desk.place({ order: newOrder(ledger) }));
      const line = { at: 250, what: 'order 1', target: 'desk', reason: 'HandlerFailed', attempts: 1, note: 'risk: Timeout' };
      expectObservable(line$.pipe(map(({ id: _, ...rest }) => rest))).toBe('250ms a', { a: line });
      flush();
      expect(ledger.counts()).toMatchObject({ placed: 1, open: 1 });
    }),
  );

  it(
    'takes an order again that was a dead letter, and it ends once',
    marbles(({ broker, scheduler, flush }) => {
      const queue = new DeadLetterQueue();
      broker.withDeadLetterQueue(queue);
      const { ledger, booked } = setup(broker, { capacity: 1 });
      for (let n = 0; n < 3; n++) broker.trySend(desk, Desk.place({ order: newOrder(ledger) }));
      expect(queue.letters().map(({ reason }) => reason)).toEqual(['MailboxFull']);
      scheduler.schedule(() => queue.redeliver().subscribe(({ ok }) => expect(ok).toBe(true)), 100);
      flush();
      expect(booked).toEqual([1, 2, 3]);
    }),
  );

  it(
    'lets a cancellation overtake its order: the risk service is not asked',
    marbles(({ broker, flush }) => {
      const { ledger, asked, booked } = setup(broker);
      for (let n = 0; n < 3; n++) broker.trySend(desk, Desk.place({ order: newOrder(ledger) }));
      broker.trySend(desk, Desk.cancel({ orderId: 3 }), { priority: 'critical' });
      flush();
      expect([asked, booked]).toEqual([[1, 2], [1, 2]]);
      expect(ledger.counts()).toMatchObject({ cancelled: 1, open: 2 });
    }),
  );

  it(
    'calls off the risk check of an order that is cancelled meanwhile',
    marbles(({ broker, scheduler, flush }) => {
      const { ledger, left, booked } = setup(broker);
      broker.unregister(desk);
      broker.spawn(desk, Desk, deskHandlers(ledger), { concurrency: 2 });
      broker.trySend(desk, Desk.place({ order: newOrder(ledger) }));
      scheduler.schedule(() => broker.trySend(desk, Desk.cancel({ orderId: 1 })), 5);
      flush();
      expect([left, booked]).toEqual([[1], []]);
      expect(ledger.counts()).toMatchObject({ cancelled: 1, open: 0 });
      expect(broker.metrics()).toMatchObject({ totalAborted: 1, pending: 0, inFlight: 0 });
    }),
  );

  it(
    'ignores a cancellation that comes too late',
    marbles(({ broker, scheduler, flush }) => {
      const { ledger } = setup(broker);
      const { id } = newOrder(ledger);
      ledger.end(id, 'filled');
      scheduler.schedule(() => broker.trySend(desk, Desk.cancel({ orderId: id })), 5);
      flush();
      expect(ledger.counts()).toMatchObject({ filled: 1, cancelled: 0 });
      expect(broker.metrics().totalErrored).toBe(0);
    }),
  );

  it(
    'takes large orders first',
    marbles(({ broker, flush }) => {
      const { ledger, asked } = setup(broker);
      for (const priority of ['normal', 'normal', 'normal', 'high'] as const) broker.trySend(desk, Desk.place({ order: newOrder(ledger) }), { priority });
      flush();
      expect(asked).toEqual([1, 4, 2, 3]);
    }),
  );
});

describe('the book', () => {
  it.each([
    ['buy', 100, 100, 'filled'],
    ['buy', 100, 101, 'moved'],
    ['sell', 100, 100, 'filled'],
    ['sell', 100, 99, 'moved'],
  ] as const)('ends an order to %s for %i at a price of %i as %s', (side, limit, cents, end) => {
    marbles(({ broker, expectDeliveries }) => {
      const ledger = new OrderLedger();
      broker.spawn(book, Book, bookHandlers(ledger, (symbol) => ({ symbol, cents })));
      broker.spawn(audit, Audit, { write: () => undefined });
      const execute = Book.execute({ order: newOrder(ledger, { side, limit }) });
      expectDeliveries(audit).toBe('a', { a: Audit.write({ orderId: 1, end, ...(end === 'filled' && { cents }) }) });
      broker.trySend(book, execute);
      expect(ledger.counts().by[end]).toBe(1);
    })();
  });

  it(
    'waits with the next order until the audit service has taken the entry of this one',
    marbles(({ broker, scheduler, flush }) => {
      const ledger = new OrderLedger();
      broker.spawn(book, Book, bookHandlers(ledger, (symbol) => ({ symbol, cents: 100 })));
      broker.spawn(audit, Audit, { write: () => timer(10) }, { capacity: 1, overflow: 'block' });
      for (let n = 0; n < 5; n++) broker.trySend(book, Book.execute({ order: newOrder(ledger) }));
      // One entry is written, one is queued, one waits, and its order holds up the book.
      expect(ledger.counts()).toMatchObject({ filled: 3, open: 2 });
      scheduler.schedule(() => expect(ledger.counts()).toMatchObject({ filled: 4, open: 1 }), 11);
      flush();
      expect(ledger.counts()).toMatchObject({ filled: 5, open: 0 });
      expect(broker.metrics().totalFailed).toBe(0);
    }),
  );

  it(
    'passes over an order that was cancelled while it was queued here',
    marbles(({ broker }) => {
      const ledger = new OrderLedger();
      broker.spawn(book, Book, bookHandlers(ledger, (symbol) => ({ symbol, cents: 100 })));
      const order = newOrder(ledger);
      ledger.end(order.id, 'cancelled');
      broker.trySend(book, Book.execute({ order }));
      expect(ledger.counts()).toMatchObject({ filled: 0, cancelled: 1 });
    }),
  );
});

describe('the ledger', () => {
  it('ends an order exactly once', () => {
    const ledger = new OrderLedger();
    ledger.end(newOrder(ledger).id, 'filled', 99);
    expect(() => ledger.end(1, 'lost')).toThrow('order 1 is lost, but it is not open');
    expect(() => ledger.end(2, 'filled')).toThrow('order 2');
    newOrder(ledger);
    ledger.endAll('lost');
    expect(ledger.counts()).toMatchObject({ placed: 2, filled: 1, rejected: 1, open: 0 });
  });
});

describe('the pace', () => {
  it('keeps a rate that changes', () => {
    new TestScheduler(equal).run(({ flush }) => {
      const counts: number[] = [];
      let rate = 1_000;
      let count = 0;
      const subscription = paced(() => rate, asyncScheduler).subscribe(() => count++);
      const note = (ms: number, next: number): void =>
        void timer(ms).subscribe(() => {
          counts.push(count);
          [rate, count] = [next, 0];
        });
      note(1_000, 30);
      note(3_000, 0);
      note(4_000, 0);
      timer(4_001).subscribe(() => subscription.unsubscribe());
      flush();
      expect(counts).toEqual([1_000, 60, 0]);
    });
  });
});

describe('the load', () => {
  it('keeps each number within its limits', () => {
    expect(changed(CALM, { feedRate: -5, concurrency: 99, riskFailureRate: 2 })).toEqual({
      ...CALM,
      feedRate: LIMITS.feedRate[0],
      concurrency: LIMITS.concurrency[1],
      riskFailureRate: 1,
    });
  });
});

describe('the random numbers', () => {
  it('are the same for the same seed, even, and from 0 to 1', () => {
    const [one, same, other] = [seededRandom(1), seededRandom(1), seededRandom(2)];
    const numbers = Array.from({ length: 10_000 }, one);
    expect(numbers.slice(0, 5)).toEqual(Array.from({ length: 5 }, same));
    expect(numbers.slice(0, 5)).not.toEqual(Array.from({ length: 5 }, other));
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = numbers.filter((number) => Math.floor(number * 10) === tenth).length;
      expect(Math.abs(inside - 1_000)).toBeLessThan(150);
    }
  });
});

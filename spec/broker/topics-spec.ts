import { Mailbox, actorId, topicPattern } from 'rx-broker';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, watchFor } from './setup';

const ids = ['a', 'b', 'c'].map((name) => actorId<any>(name));
const [a, b, c] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]];
const routingFailed = expect.objectContaining({ name: 'BrokerError', code: 'RoutingFailed' }) as Error;

describe('publish', () => {
  it('reaches every bound actor once and every observer, by wildcard too (T1)', () => {
    const { broker } = setup();
    const got: string[] = [];
    for (const id of ids) broker.spawn(id, (message) => void got.push(`${id} ${message}`));
    broker.bind('orders.*', a);
    broker.bind('orders.>', a);
    broker.bind('orders.eu.*', b);
    broker.bind('orders.eu', c);
    broker.topic$('orders.>').subscribe((message) => got.push(`observer ${message}`));
    expect(broker.publish('orders.eu', 1)).toBe(2);
    expect(broker.publish('orders.eu.de', 2)).toBe(2);
    expect(broker.publish('orders', 3)).toBe(0);
    expect(got).toEqual(['observer 1', 'a 1', 'c 1', 'observer 2', 'a 2', 'b 2']);
  });

  it.each(['', '.', 'a.', '.a', 'a..b', 'a.*', '*', '>', 'a.>'])('throws RoutingFailed for the topic %j (T1)', (malformed) => {
    const { broker } = setup();
    expect(() => broker.publish(malformed, 0)).toThrow(routingFailed);
    expect(() => broker.sendWithRouting({ topic: malformed }, 0)).toThrow(routingFailed);
    expect(() => broker.retained(malformed)).toThrow(routingFailed);
    expect(() => broker.clearRetained(malformed)).toThrow(routingFailed);
  });

  it.each(['', 'a..b', '>.a', 'a.>.b'])('throws RoutingFailed for the pattern %j (T1)', (malformed) => {
    const { broker } = setup();
    broker.spawn(a, () => {});
    expect(() => broker.bind(malformed, a)).toThrow(routingFailed);
    expect(() => broker.topic$(malformed)).toThrow(routingFailed);
    expect(() => broker.publications$(malformed)).toThrow(routingFailed);
  });

  it('throws for what is no key, and for bad options (T1)', () => {
    const { broker } = setup();
    const bad = broker as any;
    expect(() => bad.publish(5, 0)).toThrow(routingFailed);
    expect(() => bad.publish({ topic: 5 }, 0)).toThrow(routingFailed);
    expect(() => bad.publish(null, 0)).toThrow(routingFailed);
    expect(() => bad.publish({ topic: 'a', priority: -1 }, 0)).toThrow(RangeError);
    expect(() => bad.publish('a', 0, { retain: 'yes' })).toThrow(/retain must be true or false/);
    expect(() => bad.topic$(7)).toThrow(routingFailed);
  });

  it('tells the topic of each message in publications$ (T1)', () => {
    const { broker } = setup();
    const seen = watchFor(broker.publications$('a.*'));
    broker.publish('a.x', 1);
    broker.publish({ topic: 'a.y', priority: 'high' }, 2);
    expect(seen.values).toEqual([
      { topic: 'a.x', message: 1, retained: false },
      { topic: 'a.y', message: 2, retained: false },
    ]);
  });

  it('reaches those that a typed pattern binds and observes (T1)', () => {
    const { broker } = setup();
    const orders = topicPattern<{ id: number }>('orders.*');
    const got: unknown[] = [];
    broker.spawn(a, ({ id }) => void got.push(id));
    broker.bind(orders, a);
    broker.topic$(orders).subscribe(({ id }) => got.push(`observed ${id}`));
    broker.publications$(orders).subscribe(({ topic }) => got.push(topic));
    broker.publish('orders.eu', { id: 1 });
    expect(got).toEqual(['observed 1', 'orders.eu', 1]);
  });

  it('keeps its priority in the mailbox: numbers are quartered onto the four (T1)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(10, { fairness: 'strict' });
    broker.register(a, mailbox, { topics: ['n'] });
    for (const priority of [0, 63, 64, 127, 128, 191, 192, 255]) broker.publish({ topic: 'n', priority }, priority);
    const got: unknown[] = [];
    mailbox.receive((n, { envelope }) => void got.push([n, envelope.priority, envelope.topic]));
    expect(got).toEqual([
      [192, 'critical', 'n'],
      [255, 'critical', 'n'],
      [128, 'high', 'n'],
      [191, 'high', 'n'],
      [64, 'normal', 'n'],
      [127, 'normal', 'n'],
      [0, 'low', 'n'],
      [63, 'low', 'n'],
    ]);
  });

  it('counts a refused taker, with the topic in its letter (T1)', () => {
    const { broker, letters } = setup();
    broker.register(a, Mailbox.bounded(1), { topics: ['n'] });
    expect([broker.publish('n', 1), broker.publish('n', 2)]).toEqual([1, 0]);
    expect(letters).toMatchObject([{ reason: 'MailboxFull', topic: 'n', target: 'a', message: 2 }]);
  });
});

describe('a retained topic', () => {
  it('gives a later subscriber its last value first, synchronously, by wildcard too (T4)', () => {
    const { broker } = setup();
    broker.publish('price.eur', 1, { retain: true });
    broker.publish('price.eur', 2, { retain: true });
    broker.publish('price.usd', 3, { retain: true });
    broker.publish('price.usd', 4);
    expect(watchFor(broker.topic$('price.eur')).values).toEqual([2]);
    expect(watchFor(broker.publications$('price.*')).values).toEqual([
      { topic: 'price.eur', message: 2, retained: true },
      { topic: 'price.usd', message: 3, retained: true },
    ]);
    expect(broker.retained('price.eur')).toBe(2);
    broker.clearRetained('price.eur');
    expect(broker.retained('price.eur')).toBeUndefined();
    expect(watchFor(broker.topic$('price.>')).values).toEqual([3]);
  });

  it('keeps at most maxRetained, and says what to do about one more (T4)', () => {
    const { broker } = setup({ maxRetained: 2 });
    broker.spawn(a, () => {}, { topics: ['>'] });
    broker.publish('a', 1, { retain: true });
    broker.publish('b', 1, { retain: true });
    expect(() => broker.publish('c', 1, { retain: true })).toThrow(/maxRetained is 2.*'c'.*clearRetained/);
    expect(broker.metrics().totalSent).toBe(2);
    broker.publish('a', 2, { retain: true });
    broker.clearRetained('b');
    expect(() => broker.publish('c', 1, { retain: true })).not.toThrow();
  });

  it('is told whole before what its observer publishes, one order for all (T4, D2)', () => {
    const { broker } = setup();
    broker.publish('s.1', 'old1', { retain: true });
    broker.publish('s.2', 'old2', { retain: true });
    const seen: unknown[] = [];
    broker.topic$('s.*').subscribe((value) => {
      seen.push(value);
      if (value === 'old1') broker.publish('s.2', 'new2', { retain: true });
    });
    expect(seen).toEqual(['old1', 'old2', 'new2']);
  });

  it('is told at once to an observer that subscribes inside of another one; what it publishes comes after that (T4, D2)', () => {
    const { broker } = setup();
    broker.publish('s.1', 'old1', { retain: true });
    broker.publish('s.2', 'old2', { retain: true });
    const seen: unknown[] = [];
    const join = () => broker.topic$('s.*').subscribe((value) => {
      seen.push(value);
      if (value === 'old1') broker.publish('s.2', 'new2');
    });
    broker.topic$('now').subscribe(() => {
      join();
      seen.push('subscribed');
    });
    broker.publish('now', 0);
    expect(seen).toEqual(['old1', 'old2', 'subscribed', 'new2']);
  });

  it('is told like everything: what the newcomer sends then is queued (T4, D2)', () => {
    const { broker } = setup();
    const kinds: string[] = [];
    broker.publish('t', 1, { retain: true });
    broker.spawn(a, () => {});
    broker.events$.subscribe(({ kind }) => kinds.push(kind));
    broker.topic$('t').subscribe(() => broker.trySend(a, 0));
    expect(kinds).toEqual(['sent', 'queued', 'delivered', 'settled']);
  });

  it('leaves the turn on the stack in flight in which it is told to a newcomer (T4, O2)', () => {
    const { broker } = setup();
    const inFlight: number[] = [];
    broker.publish('t', 1, { retain: true });
    broker.spawn(a, () => {
      watchFor(broker.topic$('t'));
      inFlight.push(broker.metrics().inFlight);
    });
    broker.trySend(a, 0);
    expect(inFlight).toEqual([1]);
  });

  it('is not told twice to an observer that subscribes while it is published (T4, D0)', () => {
    const { broker } = setup();
    let inner: unknown[] = [];
    broker.topic$('n').subscribe((n) => {
      if (n === 1) {
        broker.publish('n', 2, { retain: true });
        inner = watchFor(broker.topic$('n')).values;
      }
    });
    broker.publish('n', 1, { retain: true });
    expect(inner).toEqual([2]);
  });
});

describe("a broker's streams", () => {
  it('complete when it closes, late ones at once; none errors (T4, §7)', async () => {
    const { broker } = setup();
    const streams = () => [broker.topic$('a'), broker.publications$('a.>'), broker.broadcasts$, broker.deadLetters$, broker.events$, broker.metrics$];
    const seen = streams().map((stream) => watchFor(stream as Observable<unknown>));
    await broker.close();
    for (const one of [...seen, ...streams().map((stream) => watchFor(stream as Observable<unknown>))]) expect(one).toMatchObject({ completed: true, errored: false });
  });

  it('forget an observer that leaves', () => {
    const { broker } = setup();
    const seen = watchFor(broker.topic$('a'));
    seen.subscription.unsubscribe();
    broker.publish('a', 1);
    expect(seen.values).toEqual([]);
  });
});

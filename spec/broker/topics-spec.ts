import { Mailbox, actorId, consistentHash, leastLoaded, random, roundRobin, topic } from 'rx-broker';
import { NEVER, firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Topics } from '../../src/broker/topics';
import { aloneQueue } from '../../src/mailbox/alone';
import { setup, watchFor } from './setup';

const ids = ['a', 'b', 'c'].map((name) => actorId<any>(name));
const [a, b, c] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]];
const routingFailed = expect.objectContaining({ name: 'BrokerError', code: 'RoutingFailed' });

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
    expect(() => topic(malformed)).toThrow(routingFailed);
  });

  it('throws for what is no key, and for bad options', () => {
    const { broker } = setup();
    const bad = broker as any;
    expect(() => bad.publish(5, 0)).toThrow(routingFailed);
    expect(() => bad.publish({ topic: 5 }, 0)).toThrow(routingFailed);
    expect(() => bad.publish(null, 0)).toThrow(routingFailed);
    expect(() => bad.publish({ topic: 'a', priority: -1 }, 0)).toThrow(RangeError);
    expect(() => bad.publish('a', 0, { retain: 'yes' })).toThrow(/retain must be true or false/);
    expect(() => bad.topic$(7)).toThrow(routingFailed);
  });

  it('tells the topic of each message (publications$)', () => {
    const { broker } = setup();
    const seen = watchFor(broker.publications$('a.*'));
    broker.publish('a.x', 1);
    broker.publish({ topic: 'a.y', priority: 'high' }, 2);
    expect(seen.values).toEqual([
      { topic: 'a.x', message: 1, retained: false },
      { topic: 'a.y', message: 2, retained: false },
    ]);
  });

  it('keeps its priority in the mailbox: numbers are quartered onto the four', () => {
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

  it('counts a refused taker, with the topic in its letter', () => {
    const { broker, letters } = setup();
    broker.register(a, Mailbox.bounded(1), { topics: ['n'] });
    expect([broker.publish('n', 1), broker.publish('n', 2)]).toEqual([1, 0]);
    expect(letters).toMatchObject([{ reason: 'MailboxFull', topic: 'n', target: 'a', message: 2 }]);
  });
});

describe('bind', () => {
  it('throws NotFound for an unknown id (T2)', () => {
    const { broker } = setup();
    expect(() => broker.bind('a', a)).toThrow(expect.objectContaining({ code: 'NotFound' }));
  });

  it('ends by unsubscribe, once, and with the actor', () => {
    const { broker } = setup();
    broker.spawn(a, () => {});
    const first = broker.bind('n', a);
    const second = broker.bind('n', a);
    expect(broker.publish('n', 0)).toBe(1);
    first.unsubscribe();
    first.unsubscribe();
    expect(broker.publish('n', 0)).toBe(1);
    second.unsubscribe();
    expect(broker.publish('n', 0)).toBe(0);
    const third = broker.bind('n', a);
    broker.unregister(a);
    broker.spawn(a, () => {});
    broker.bind('n', a);
    third.unsubscribe();
    expect(broker.publish('n', 0)).toBe(1);
  });

  it('is made by register and spawn, too (topics)', () => {
    const { broker } = setup();
    broker.register(a, Mailbox.bounded(5), { topics: ['x', 'y.*'] });
    broker.spawn(b, () => {}, { topics: ['y.>'] });
    expect(broker.publish('x', 0)).toBe(1);
    expect(broker.publish('y.z', 0)).toBe(2);
  });
});

describe('sendWithRouting', () => {
  const target = (id: string) => ({ actorId: id });
  void target;

  it('asks one of the bound actors, in turns by default (T2)', async () => {
    const { broker } = setup();
    for (const id of ids) broker.spawn(id, () => id, { topics: ['work'] });
    const picked: unknown[] = [];
    for (let i = 0; i < 6; i++) picked.push(await firstValueFrom(broker.sendWithRouting({ topic: 'work' }, i) as never));
    expect(picked).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
    expect(broker.metrics().totalSent).toBe(6);
  });

  it('takes an actor that is bound twice for one target (T2)', () => {
    const { broker } = setup();
    broker.spawn(a, () => 'a', { topics: ['work', 'work', '*', '>'] });
    broker.spawn(b, () => 'b', { topics: ['work'] });
    const picked = [0, 1, 2, 3].flatMap(() => watchFor(broker.sendWithRouting({ topic: 'work' }, 0)).values);
    expect(picked).toEqual(['a', 'b', 'a', 'b']);
  });

  it('passes closed mailboxes over (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded(1);
    broker.register(a, mailbox, { topics: ['work'] });
    broker.spawn(b, () => 'b', { topics: ['work'] });
    mailbox.close();
    expect([0, 1].flatMap(() => watchFor(broker.sendWithRouting({ topic: 'work' }, 0)).values)).toEqual(['b', 'b']);
  });

  it('passes over one that closes when it has been routed to already (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded(1);
    mailbox.receive(() => 'a');
    broker.register(a, mailbox, { topics: ['work'] });
    broker.spawn(b, () => 'b', { topics: ['work'] });
    const pick = (): unknown => watchFor(broker.sendWithRouting({ topic: 'work' }, 0)).values[0];
    expect([pick(), pick(), pick()]).toEqual(['a', 'b', 'a']);
    mailbox.close();
    expect([pick(), pick()]).toEqual(['b', 'b']);
  });

  it('takes its priority from the key, and says the topic in the envelope', () => {
    const { broker } = setup();
    broker.spawn(a, (_message, { envelope }) => [envelope.priority, envelope.topic] as never, { topics: ['work'] });
    expect(watchFor(broker.sendWithRouting({ topic: 'work', priority: 255 }, 0)).values).toEqual([['critical', 'work']]);
    expect(watchFor(broker.sendWithRouting({ topic: 'work' }, 0, { priority: 'low' })).values).toEqual([['low', 'work']]);
  });

  it('routes anew at every subscription (S1)', () => {
    const { broker } = setup();
    const reply$ = broker.sendWithRouting({ topic: 'work' }, 0);
    expect(watchFor(reply$).error).toEqual(routingFailed);
    broker.spawn(a, () => 'a', { topics: ['work'] });
    expect(watchFor(reply$).values).toEqual(['a']);
  });

  it("uses the user's own router, and sees its targets' load (T2)", () => {
    const calls: unknown[] = [];
    const { broker } = setup({
      router: {
        route(key, targets, message) {
          calls.push([key, targets.map(({ id, size, inFlight }) => ({ id, size, inFlight })), message]);
          return b;
        },
      },
    });
    broker.spawn(a, () => NEVER, { topics: ['work'] });
    broker.spawn(b, () => 'b', { topics: ['work'] });
    broker.trySend(a, 1);
    broker.trySend(a, 2);
    expect(watchFor(broker.sendWithRouting({ topic: 'work' }, 'it')).values).toEqual(['b']);
    expect(calls).toEqual([
      [
        { topic: 'work' },
        [
          { id: 'a', size: 1, inFlight: 1 },
          { id: 'b', size: 0, inFlight: 0 },
        ],
        'it',
      ],
    ]);
  });

  it('fails with RoutingFailed when the router throws or picks nobody, and goes on', () => {
    const failure = new Error('router');
    let answer: () => any = () => { throw failure; };
    const { broker, letters } = setup({ router: { route: () => answer() } });
    broker.spawn(a, () => 'a', { topics: ['work'] });
    expect(watchFor(broker.sendWithRouting({ topic: 'work' }, 0)).error).toMatchObject({ code: 'RoutingFailed', cause: failure });
    answer = () => 'stranger';
    expect(watchFor(broker.sendWithRouting({ topic: 'work' }, 0)).error).toMatchObject({ reason: expect.stringContaining("'stranger'") });
    answer = () => a;
    expect(watchFor(broker.sendWithRouting({ topic: 'work' }, 0)).values).toEqual(['a']);
    expect(broker.metrics()).toMatchObject({ totalSent: 3, failedBy: { NoRoute: 2 } });
    expect(letters).toHaveLength(2);
  });

  it.each([
    ['roundRobin', roundRobin()],
    ['random', random(7)],
    ['leastLoaded', leastLoaded()],
    ['consistentHash', consistentHash((n: number) => String(n))],
  ])('reaches every target with %s (T2)', (_name, router) => {
    const { broker } = setup({ router });
    for (const id of ids) broker.spawn(id, () => id, { topics: ['work'] });
    const picked = new Set(Array.from({ length: 50 }, (_, n) => watchFor(broker.sendWithRouting({ topic: 'work' }, n)).values[0]));
    expect([...picked].sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('a retained topic', () => {
  it('gives whoever subscribes later its last value first, synchronously (T4)', () => {
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

  it('is told at once to one who subscribes from inside of another observer, and what he publishes after that (T4, D2)', () => {
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

  it('is not told twice to one who subscribes from inside its publication', () => {
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
  it('complete when it closes, late ones at once (T4)', async () => {
    const { broker } = setup();
    const streams = () => [
      broker.topic$('a'),
      broker.publications$('a.>'),
      broker.broadcasts$,
      broker.deadLetters$,
      broker.events$,
      broker.metrics$,
    ];
    const seen = streams().map((stream) => watchFor(stream));
    await broker.close();
    expect(seen.map(({ completed }) => completed)).toEqual([true, true, true, true, true, true]);
    expect(streams().map((stream) => watchFor(stream).completed)).toEqual([true, true, true, true, true, true]);
    expect(seen.some(({ errored }) => errored)).toBe(false);
  });

  it('forget an observer that leaves', () => {
    const { broker } = setup();
    const { subscription, values } = watchFor(broker.topic$('a'));
    void c;
    subscription.unsubscribe();
    broker.publish('a', 1);
    expect(values).toEqual([]);
  });

  it('keep nothing of an observer that has left', () => {
    const topics = new Topics(aloneQueue(undefined).dispatch, 10);
    const observed = (): boolean => topics.observersOf('a') !== undefined;
    const subscription = topics.observe('a', (publication) => publication).subscribe();
    expect(observed()).toBe(true);
    subscription.unsubscribe();
    expect(observed()).toBe(false);
  });
});

import { Mailbox, actorId, topic } from 'rx-broker';
import { expect } from 'vitest';
import { watchFor } from '../../broker/setup';
import { type BrokerLaw, brokerLaw } from './broker-under-law';

const [a, b] = [actorId<any>('a'), actorId<any>('b')];
const failed = (): unknown => expect.objectContaining({ name: 'BrokerError', code: 'RoutingFailed' });

/** Patterns of T1, with topics that match and topics that do not. */
const PATTERNS: readonly (readonly [pattern: string, takes: readonly string[], leaves: readonly string[]])[] = [
  ['orders', ['orders'], ['order', 'orders.eu', 'Orders']],
  ['orders.*', ['orders.eu', 'orders.us'], ['orders', 'orders.eu.paid', 'sales.eu']],
  ['orders.>', ['orders.eu', 'orders.eu.paid.now'], ['orders', 'sales.eu']],
  ['*.eu', ['orders.eu', 'sales.eu'], ['eu', 'orders.us', 'orders.eu.paid']],
  ['*.*.paid', ['orders.eu.paid'], ['orders.paid', 'orders.eu.sent']],
  ['>', ['orders', 'orders.eu.paid', 'constructor', '__proto__.x'], []],
];

export const TOPIC_LAWS: readonly BrokerLaw[] = [
  ...PATTERNS.map(([pattern, takes, leaves]) =>
    brokerLaw(`'${pattern}' takes ${takes.join(', ')} and nothing else, as a binding and as a stream (T1)`, async ({ home, broker, settle }) => {
      const got: unknown[] = [];
      home.spawn(a, (_message, { envelope }) => void got.push(envelope.topic), { topics: [pattern] });
      const seen = watchFor(broker.publications$(pattern));
      await settle();
      for (const one of [...takes, ...leaves]) broker.publish(one, `to ${one}`);
      await settle();
      expect(got).toEqual(takes);
      expect(seen.values).toEqual(takes.map((one) => ({ topic: one, message: `to ${one}`, retained: false })));
    }),
  ),
  brokerLaw('malformed topics and patterns throw RoutingFailed (T1)', ({ home, broker }) => {
    home.spawn(a, () => {});
    for (const bad of ['', '.', 'a.', '.a', 'a..b', 'a.>.b', '>.a']) {
      expect(() => home.bind(bad, a), `bind ${bad}`).toThrow(failed());
      expect(() => broker.topic$(bad), `topic$ ${bad}`).toThrow(failed());
      expect(() => broker.publish(bad, 1), `publish ${bad}`).toThrow(failed());
    }
    for (const wild of ['*', 'a.*', '>']) {
      expect(() => broker.publish(wild, 1), `publish ${wild}`).toThrow(failed());
      expect(() => broker.sendWithRouting({ topic: wild }, 1), `route ${wild}`).toThrow(failed());
    }
  }),
  brokerLaw('publish tells every bound actor once, says how many took it, and none is no failure (T1, T2)', async ({ home, broker, settle, letters }) => {
    const got: unknown[] = [];
    home.spawn(a, (message) => void got.push(['a', message]), { topics: ['x', 'x.>', '>'] });
    home.spawn(b, (message) => void got.push(['b', message]), { topics: ['x'] });
    await settle();
    expect([broker.publish('x', 1), broker.publish('y', 2), broker.publish({ topic: 'x.y' }, 3)]).toEqual([2, 1, 1]);
    await settle();
    expect(got.filter(([who]: any) => who === 'a')).toEqual([['a', 1], ['a', 2], ['a', 3]]);
    expect(got.filter(([who]: any) => who === 'b')).toEqual([['b', 1]]);
    home.unregister(a);
    await settle();
    expect(broker.publish('y', 4)).toBe(0);
    await settle();
    expect(letters).toEqual([]);
  }),
  brokerLaw('a binding ends when it is unsubscribed, and with its actor; an unknown id throws NotFound (R2, T2)', async ({ home, broker, settle }) => {
    expect(() => home.bind('x', a)).toThrow(expect.objectContaining({ code: 'NotFound' }) as Error);
    const registration = home.spawn(a, () => {});
    const binding = home.bind('x', a);
    home.bind('y', a);
    await settle();
    expect([broker.publish('x', 1), broker.publish('y', 1)]).toEqual([1, 1]);
    binding.unsubscribe();
    binding.unsubscribe();
    await settle();
    expect([broker.publish('x', 2), broker.publish('y', 2)]).toEqual([0, 1]);
    registration.unsubscribe();
    home.spawn(a, () => {});
    await settle();
    expect(broker.publish('y', 3)).toBe(0);
  }),
  brokerLaw('bindings says which actors take which topics, in the order of binding, as a snapshot (T2)', async ({ home, settle }) => {
    home.spawn(a, () => {}, { topics: ['x.*'] });
    home.spawn(b, () => {}, { topics: ['y'] });
    const binding = home.bind('z.>', a);
    await settle();
    const snapshot = home.bindings();
    const all = [{ topic: 'x.*', id: a }, { topic: 'y', id: b }, { topic: 'z.>', id: a }];
    expect(snapshot).toEqual(all);
    binding.unsubscribe();
    home.unregister(b);
    await settle();
    expect([home.bindings(), snapshot]).toEqual([[{ topic: 'x.*', id: a }], all]);
  }),
  brokerLaw('sendWithRouting asks one bound actor, each in turn, and passes closed mailboxes over (T2)', async ({ home, broker, settle }) => {
    home.spawn(a, () => 'a', { topics: ['work.*', 'work.eu'] });
    home.spawn(b, () => 'b', { topics: ['work.>'] });
    const closed = Mailbox.bounded<unknown>(1);
    home.register(actorId('closed'), closed, { topics: ['work.*'] });
    closed.close();
    await settle();
    const replies: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      broker.sendWithRouting({ topic: 'work.eu' }, 'job').subscribe((reply) => replies.push(reply));
      await settle();
    }
    expect(replies.sort()).toEqual(['a', 'a', 'b', 'b']);
  }),
  brokerLaw('sendWithRouting with nobody bound fails with RoutingFailed, one sent, one NoRoute, one dead letter (T2)', async ({ broker, settle, letters }) => {
    const seen = watchFor(broker.sendWithRouting({ topic: 'nowhere' }, 'lost'));
    await settle();
    expect(seen.error).toMatchObject({ name: 'BrokerError', code: 'RoutingFailed' });
    expect(broker.metrics()).toMatchObject({ totalSent: 1, totalFailed: 1, failedBy: { NoRoute: 1 } });
    expect(letters.map(({ reason, topic: at, message }) => [reason, at, message])).toEqual([['NoRoute', 'nowhere', 'lost']]);
  }),
  brokerLaw('what is retained comes first, and at once, to a later subscriber; the last value of each topic (T4)', async ({ home, broker, settle }) => {
    const [eur, usd] = [topic<number>('prices.eur'), topic<number>('prices.usd')];
    home.publish(eur, 1, { retain: true });
    home.publish(eur, 2, { retain: true });
    home.publish(usd, 3, { retain: true });
    home.publish(usd, 4);
    await settle();
    expect([broker.retained(eur), broker.retained(usd), broker.retained('prices.gbp')]).toEqual([2, 3, undefined]);
    const one = watchFor(broker.topic$(eur));
    expect(one.values).toEqual([2]);
    const all = watchFor(broker.publications$('prices.*'));
    expect([...all.values].sort((x: any, y: any) => x.message - y.message)).toEqual([
      { topic: 'prices.eur', message: 2, retained: true },
      { topic: 'prices.usd', message: 3, retained: true },
    ]);
    // Other nodes learn of a subscription a little later.
    await settle();
    home.publish(eur, 5);
    await settle();
    expect(one.values).toEqual([2, 5]);
    home.clearRetained(eur);
    await settle();
    expect(broker.retained(eur)).toBeUndefined();
    expect(watchFor(broker.topic$(eur)).values).toEqual([]);
  }),
];

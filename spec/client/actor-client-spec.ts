import { type ActorContext, actorClient, actorId, message, protocol } from 'rx-broker';
import { NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, virtually, watchFor } from '../broker/setup';

const Shop = protocol('shop', {
  find: message<{ text: string }, string[]>(),
  count: message<void, number>(),
  add: message<{ sku: string }>(),
  clear: message(),
  expire: message<{ ttl: number }>(),
});
const shop = actorId(Shop);

/** A broker with a shop that notes what it is sent, and a client of it. */
function withShop() {
  const { broker } = setup();
  const got: unknown[] = [];
  broker.spawn(shop, Shop, {
    find: ({ text }) => of([text], [text, text]),
    count: () => got.length,
    add: ({ sku }, { envelope }) => void got.push([sku, envelope.priority]),
    clear: (_, { envelope }) => void got.push(['clear', envelope.priority, envelope.headers]),
    expire: ({ ttl }, { envelope }) => void got.push(['expire', ttl, envelope.priority]),
  });
  return { broker, got, client: actorClient(broker, shop, Shop) };
}

describe('actorClient', () => {
  it('asks: cold, once for each subscription', () => {
    const { broker, client } = withShop();
    const found$ = client.ask.find({ text: 'a' });
    expect(broker.metrics().totalSent).toBe(0);
    expect(watchFor(found$)).toMatchObject({ values: [['a'], ['a', 'a']], completed: true });
    expect(watchFor(found$).values).toHaveLength(2);
    expect(broker.metrics().totalSent).toBe(2);
  });

  it('tells, now, and answers what became of it', () => {
    const { broker, got, client } = withShop();
    expect(client.tell.add({ sku: 'x' })).toEqual({ ok: true });
    expect(got).toEqual([['x', 'normal']]);
    broker.unregister(shop);
    expect(client.tell.add({ sku: 'y' })).toMatchObject({ ok: false, code: 'ActorNotFound' });
    expect(watchFor(client.ask.count()).error).toMatchObject({ name: 'SendError', code: 'ActorNotFound', actorId: 'shop' });
  });

  it('takes options after the payload', () => {
    const { got, client } = withShop();
    client.tell.add({ sku: 'x' }, { priority: 'high' });
    client.ask.add({ sku: 'y' }, { priority: 'low' }).subscribe();
    expect(got).toEqual([
      ['x', 'high'],
      ['y', 'low'],
    ]);
  });

  it('takes options first where a message has no payload', () => {
    const { got, client } = withShop();
    client.tell.clear({ priority: 'high', headers: { trace: '1' } });
    client.tell.clear();
    expect(got).toEqual([
      ['clear', 'high', { trace: '1' }],
      ['clear', 'normal', {}],
    ]);
    virtually(({ at }) => {
      const { broker } = setup();
      broker.spawn(shop, () => NEVER as never);
      const seen = watchFor(actorClient(broker, shop, Shop).ask.count({ timeout: 100 }));
      at(99, () => expect(seen.errored).toBe(false));
      at(100, () => expect(seen.error).toMatchObject({ code: 'Timeout' }));
    });
  });

  it('takes a payload that looks like options for one where options, or undefined, follow', () => {
    const { got, client } = withShop();
    client.tell.expire({ ttl: 5 }, undefined);
    client.tell.expire({ ttl: 6 }, { priority: 'high' });
    // @ts-expect-error a payload that looks like options needs them
    const bare = (): unknown => client.tell.expire({ ttl: 5 });
    expect(bare).not.toThrow();
    expect(got).toEqual([
      ['expire', 5, 'normal'],
      ['expire', 6, 'high'],
      ['expire', undefined, 'normal'],
    ]);
  });

  it('needs no more of a broker than send and trySend', () => {
    const calls: unknown[][] = [];
    const sender = { send: (...args: unknown[]) => (calls.push(args), of('reply')), trySend: (...args: unknown[]) => (calls.push(args), { ok: true }) };
    const { ask, tell } = actorClient(sender as never, shop, Shop);
    const { find } = ask;
    expect(watchFor(find({ text: 'a' }, { timeout: 5 })).values).toEqual(['reply']);
    expect(tell.clear()).toEqual({ ok: true });
    expect(calls).toEqual([
      ['shop', { type: 'shop.find', text: 'a' }, { timeout: 5 }],
      ['shop', { type: 'shop.clear' }, undefined],
    ]);
  });

  it('works with the context of a turn, and sends as that does', () => {
    const { broker } = setup();
    const till = actorId<string>('till');
    const senders: unknown[] = [];
    const note = (_: unknown, { envelope }: ActorContext): number => senders.push(envelope.sender);
    broker.spawn(shop, Shop, { find: () => [], count: note, add: note, clear: note, expire: note });
    broker.spawn(till, (sku, context) => {
      const client = actorClient(context, shop, Shop);
      client.tell.add({ sku });
      return client.ask.count();
    });
    expect(watchFor(broker.send(till, 'x')).values).toEqual([2]);
    expect(senders).toEqual(['till', 'till']);
  });

  it('has a method of its own for each message, whatever its name', () => {
    const Odd = protocol('odd', { ['__proto__']: message(), constructor: message() });
    const client = actorClient(setup().broker, actorId(Odd), Odd);
    expect(Object.keys(client)).toEqual(['ask', 'tell']);
    for (const methods of [client.ask, client.tell]) expect(Object.keys(methods)).toEqual(['__proto__', 'constructor']);
  });

  it('has no tell for a message with a reply, as far as types go', () => {
    const { client } = withShop();
    // @ts-expect-error a message with a reply is asked
    expect(client.tell.count()).toEqual({ ok: true });
    // @ts-expect-error an actor that accepts other messages
    actorClient(setup().broker, actorId<string>('text'), Shop);
    // @ts-expect-error a payload of another type
    void client.ask.find({ text: 5 });
    // @ts-expect-error a missing payload
    void client.ask.find();
  });

  it('throws at the call for what is no broker, id or protocol', () => {
    const make = actorClient as any;
    const { broker } = setup();
    expect(() => make(null, shop, Shop)).toThrow(new TypeError('broker must have send(), as a MessageBroker has, got null'));
    expect(() => make({ send() {} }, shop, Shop)).toThrow(new TypeError('broker must have trySend(), as a MessageBroker has, got an object'));
    expect(() => make(broker, '', Shop)).toThrow(new TypeError("an actor id must be a non-empty string, got ''"));
    for (const none of [undefined, {}, () => {}, { find: 5 }]) expect(() => make(broker, shop, none)).toThrow(/a protocol must be made by protocol\(\), got/);
  });

  it('throws at the call of a method for a bad payload or option', () => {
    const { broker, client } = withShop();
    const { ask, tell }: any = client;
    expect(() => ask.find('a')).toThrow(new TypeError("the payload of 'shop.find' must be an object, got 'a'"));
    expect(() => tell.add(null)).toThrow(new TypeError("the payload of 'shop.add' must be an object, got null"));
    expect(() => tell.clear({ priority: 'top' })).toThrow(RangeError);
    expect(() => ask.count({ timeout: -1 })).toThrow(RangeError);
    expect(() => tell.clear({ timeout: 5 })).toThrow(/unknown option 'timeout'/);
    expect(() => ask.find({ text: 'a' }, { timout: 5 })).toThrow(/unknown option 'timout', did you mean 'timeout'\?/);
    expect(() => ask.find({ text: 'a' }, 5)).toThrow(new TypeError('options must be an object, got 5'));
    expect(broker.metrics().totalSent).toBe(0);
  });
});

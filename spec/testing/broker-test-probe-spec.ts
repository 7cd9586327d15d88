import { InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { BrokerTestProbe } from 'rx-broker/testing';
import { take } from 'rxjs';
import { describe, expect, it } from 'vitest';

const id = actorId<any>('actor');
const other = actorId<any>('other');

function setup(): { broker: InMemoryMessageBroker; probe: BrokerTestProbe } {
  const broker = new InMemoryMessageBroker({ logDeadLetters: false });
  return { broker, probe: new BrokerTestProbe(broker) };
}

describe('BrokerTestProbe', () => {
  it('throws for a bad broker, and for a bad id', () => {
    for (const none of [undefined, null, 5, {}]) expect(() => new BrokerTestProbe(none as never)).toThrow(/^broker must be a MessageBroker, got /);
    const probe = new BrokerTestProbe(new InMemoryMessageBroker());
    expect(() => probe.assertSent(undefined as never, 0)).toThrow('an actor id must be a non-empty string, got undefined');
  });

  it('counts the messages to a mailbox without a consumer', () => {
    const { broker, probe } = setup();
    broker.register(id, Mailbox.bounded(10));
    for (let i = 0; i < 5; i++) broker.trySend(id, i);
    expect(probe.assertSent(id, 5)).toBe(true);
    expect(probe.assertSent(id, 4)).toBe(false);
  });

  it('counts refused attempts, asks and broadcasts, and nothing from before it was made', () => {
    const { broker } = setup();
    broker.register(id, Mailbox.bounded(2));
    broker.trySend(id, 'before');
    const probe = new BrokerTestProbe(broker);
    broker.trySend(id, 1);
    broker.trySend(id, 'refused');
    broker.send(id, 'refused ask').subscribe({ error: () => {} });
    void broker.send(id, 'never subscribed to');
    broker.tryBroadcast('all');
    broker.trySend(other, 'nobody');
    expect(probe.messagesTo(id)).toEqual([1, 'refused', 'refused ask', 'all']);
    expect(probe.assertSent(other, 1)).toBe(true);
    expect(probe.deadLetters().map(({ reason }) => reason)).toEqual(['MailboxFull', 'MailboxFull', 'MailboxFull', 'ActorNotFound']);
  });

  it('knows how many targets the last broadcast had', () => {
    const { broker, probe } = setup();
    expect(probe.assertBroadcast(0)).toBe(false);
    broker.tryBroadcast('to nobody');
    expect(probe.assertBroadcast(0)).toBe(true);
    broker.spawn(id, () => {});
    broker.spawn(other, () => {});
    const message = { n: 1 };
    broker.trySend(id, message);
    broker.tryBroadcast(message);
    expect(probe.assertBroadcast(2)).toBe(true);
    broker.tryBroadcast(message, (one) => one === 'other');
    expect(probe.assertBroadcast(1)).toBe(true);
    broker.broadcast(message).subscribe();
    expect(probe.assertBroadcast(2)).toBe(true);
    broker.broadcastFilter(message, () => false).subscribe();
    expect(probe.assertBroadcast(0)).toBe(true);
  });

  it('knows how many refused the last broadcast of a closing broker', async () => {
    const { broker, probe } = setup();
    broker.register(id, Mailbox.bounded(1));
    broker.spawn(other, () => {});
    broker.trySend(id, 'queued');
    const closed = broker.close({ timeout: 0 });
    expect(broker.tryBroadcast('x')).toBe(0);
    expect(probe.assertBroadcast(2)).toBe(true);
    broker.tryBroadcast('x');
    expect(probe.assertBroadcast(2)).toBe(true);
    broker.tryBroadcast('x', (one) => one === id);
    expect(probe.assertBroadcast(1)).toBe(true);
    broker.tryBroadcast('y', (one) => one === other);
    expect(probe.assertBroadcast(1)).toBe(true);
    broker.broadcast('z').subscribe();
    expect(probe.assertBroadcast(2)).toBe(true);
    await closed;
  });

  it('knows that a broadcast that an interceptor refuses has no target, and counts the next one alone', () => {
    let refuses = true;
    const send = (): void => {
      if (refuses) throw new Error('not now');
    };
    const broker = new InMemoryMessageBroker({ logDeadLetters: false, interceptors: [{ send }] });
    const probe = new BrokerTestProbe(broker);
    for (const target of [id, other]) broker.spawn(target, () => {});
    broker.tryBroadcast('x');
    expect(probe.assertBroadcast(0)).toBe(true);
    refuses = false;
    broker.tryBroadcast('x');
    expect(probe.assertBroadcast(2)).toBe(true);
  });

  it('tells a broadcast apart from one that its refusal causes', () => {
    const { broker, probe } = setup();
    broker.register(id, Mailbox.bounded(1));
    broker.spawn(other, () => {});
    broker.trySend(id, 'fills it');
    broker.deadLetters$.pipe(take(1)).subscribe(() => void broker.tryBroadcast('alarm', (one) => one === other));
    broker.tryBroadcast('x');
    expect(probe.assertBroadcast(1)).toBe(true);
    expect(probe.messagesTo(other)).toEqual(['x', 'alarm']);
    broker.tryBroadcast('y');
    expect(probe.assertBroadcast(2)).toBe(true);
  });

  it('finds a message by its properties, or by a function', () => {
    const { broker, probe } = setup();
    broker.spawn(id, () => {});
    const order = { type: 'order', lines: [{ sku: 'a', count: 2 }] };
    broker.trySend(id, { type: 'other' });
    broker.trySend(id, order);
    expect(probe.expectMessage(id, { type: 'order' })).toBe(order);
    expect(probe.expectMessage(id, { lines: [{ count: 2 }] })).toBe(order);
    expect(probe.expectMessage(id, (message: { type: string }) => message.type.startsWith('ord'))).toBe(order);
  });

  describe('finds by its properties', () => {
    class Money {
      constructor(
        readonly amount: number,
        readonly currency = 'EUR',
      ) {}
    }
    const key = Symbol('key');
    const done = Promise.resolve();
    const sent = {
      ...{ at: new Date(5), tags: ['x', 'y'], lines: [{ sku: 'a', count: 2 }], scores: new Map([['a', { n: 1, m: 2 }]]), kinds: new Set(['x', 'y']) },
      ...{ price: new Money(5), error: Object.assign(new Error('no'), { code: 1 }), url: new URL('a:b'), pattern: /a/, bytes: new Uint8Array([1, 2]) },
      ...{ nothing: undefined, none: null, [key]: 1, done, not: NaN },
    };

    function isFound(matcher: object): boolean {
      const { broker, probe } = setup();
      broker.trySend(id, sent);
      try {
        return probe.expectMessage(id, matcher) === sent;
      } catch {
        return false;
      }
    }

    it.each<[object]>([
      [{}],
      [{ at: new Date(5) }],
      [{ tags: ['x', 'y'] }],
      [{ lines: [{ count: 2 }] }],
      [{ scores: new Map([['a', { n: 1 }]]) }],
      [{ kinds: new Set(['y', 'x']) }],
      [{ price: new Money(5) }],
      [{ price: { amount: 5 } }],
      [{ error: Object.assign(new Error('no'), { code: 1 }) }],
      [{ error: { message: 'no' } }],
      [{ url: new URL('a:b') }],
      [{ pattern: /a/ }],
      [{ bytes: new Uint8Array([1, 2]) }],
      [{ nothing: undefined }],
      [{ none: null }],
      [{ [key]: 1 }],
      [{ done }],
      [{ not: NaN }],
      [{ at: (at: Date) => at.getTime() === 5 }],
    ])('what is %o', (matcher) => {
      expect(isFound(matcher)).toBe(true);
    });

    it.each<[object]>([
      [{ at: new Date(9) }],
      [{ tags: [] }],
      [{ tags: ['x'] }],
      [{ tags: ['y', 'x'] }],
      [{ tags: ['x', 'y', 'z'] }],
      [{ tags: new Set(['x', 'y']) }],
      [{ lines: [{ count: 3 }] }],
      [{ scores: new Map([['a', { n: 3 }]]) }],
      [{ scores: new Map([['b', { n: 1 }]]) }],
      [{ scores: new Map() }],
      [{ kinds: new Set(['x']) }],
      [{ kinds: new Set(['x', 'z']) }],
      [{ price: new Money(6) }],
      [{ price: Object.assign(new Money(5), { vat: 1 }) }],
      [{ price: new Date(5) }],
      [{ error: Object.assign(new Error('yes'), { code: 1 }) }],
      [{ error: new Error('no') }],
      [{ url: new URL('a:c') }],
      [{ pattern: /a/g }],
      [{ bytes: new Uint8Array([1, 3]) }],
      [{ missing: undefined }],
      [{ none: undefined }],
      [{ none: {} }],
      [{ [Symbol('key')]: 1 }],
      [{ done: Promise.resolve() }],
      [{ at: () => false }],
    ])('but not what is %o', (matcher) => {
      expect(isFound(matcher)).toBe(false);
    });
  });

  it('throws with what it saw', () => {
    const { broker, probe } = setup();
    broker.spawn(id, () => {});
    expect(() => probe.expectMessage(id, { n: 1 })).toThrow('expected a message to \'actor\' like {"n":1}, saw none');
    broker.trySend(id, { n: 2 });
    broker.trySend(id, 5n);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    broker.trySend(id, circle);
    broker.trySend(id, 'x'.repeat(1_000));
    expect(() => probe.expectMessage(id, { n: 1 })).toThrow(/saw 4: \{"n":2\}, 5n, \[object Object\], "x{199}…/);
    expect(() => probe.expectMessage(id, () => false)).toThrow(/that the matcher takes/);
    expect(() => probe.expectMessage(id, 7)).toThrow(/like 7/);
    expect(() => probe.expectNoMessage(id)).toThrow(/expected no message to 'actor', saw 4/);
    expect(() => probe.expectNoMessage(other)).not.toThrow();
  });

  it('throws with what it saw also if that is a Proxy that may not be looked at', () => {
    const { broker, probe } = setup();
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    broker.trySend(id, proxy);
    expect(() => probe.expectNoMessage(id)).toThrow(/^expected no message to 'actor', saw 1: /);
  });

  it('matches a message that contains itself', () => {
    const { broker, probe } = setup();
    const round = (n: number): unknown => {
      const message: { n: number; self?: unknown; list: unknown[] } = { n, list: [] };
      message.self = message;
      message.list.push(new Map([['self', message]]));
      return message;
    };
    broker.trySend(id, round(1));
    expect(probe.expectMessage(id, round(1))).toMatchObject({ n: 1 });
    expect(() => probe.expectMessage(id, round(2))).toThrow();
  });

  it('streams sent messages, until it is unsubscribed', () => {
    const { broker, probe } = setup();
    broker.spawn(id, () => {});
    const sent: unknown[] = [];
    expect(probe.sent$).toBe(probe.sent$);
    probe.sent$.subscribe(({ target, message }) => sent.push([target, message]));
    broker.trySend(id, 1);
    probe.unsubscribe();
    broker.trySend(id, 2);
    expect(sent).toEqual([
      ['actor', 1],
      ['actor', 2],
    ]);
    expect(probe.assertSent(id, 1)).toBe(true);
  });
});

import { type InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countFromEvents, expectConserved, setupStill as setup, watchFor } from './setup';

const ids = ['a', 'b', 'c'].map((name) => actorId<any>(name));
const [a, b, c] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]];

/** Every way to send one message to all. */
const CASTS: readonly [string, (broker: InMemoryMessageBroker, message: unknown) => unknown][] = [
  ['tryBroadcast', (broker, message) => broker.tryBroadcast(message)],
  ['broadcast', (broker, message) => watchFor(broker.broadcast(message))],
  ['publish', (broker, message) => broker.publish('t', message)],
];

/** Three actors that are bound to `t` and note what they get. */
function noting(handle: (id: string, message: unknown, broker: InMemoryMessageBroker) => unknown = () => undefined) {
  const { broker, letters } = setup();
  const got: Record<string, unknown[]> = { a: [], b: [], c: [] };
  for (const id of ids) {
    broker.spawn(id, (message) => {
      got[id]!.push(message);
      return handle(id, message, broker);
    }, { topics: ['t'] });
  }
  return { broker, letters, got };
}

describe.each(CASTS)('a multicast by %s', (name, cast) => {
  it('comes at every target before what its handlers send (R4)', () => {
    const { broker, got } = noting((id, message) => {
      if (id !== a || message !== 'outer') return;
      broker.trySend(c, 'direct');
      cast(broker, 'inner');
      broker.trySend(b, 'direct');
    });
    cast(broker, 'outer');
    expect(got).toEqual({ a: ['outer', 'inner'], b: ['outer', 'inner', 'direct'], c: ['outer', 'direct', 'inner'] });
    expectConserved(broker.metrics());
  });

  it('comes after the messages that a target sends to itself, which has its visit (R4, D4)', () => {
    const steps: string[] = [];
    const { broker } = noting((id, message) => {
      steps.push(`${id} ${String(message)}`);
      if (id === a && message === 'all') broker.trySend(a, 'again');
    });
    cast(broker, 'all');
    expect(steps).toEqual(['a all', 'a again', 'b all', 'c all']);
  });

  it('shows its observers and all targets one order, though handlers and observers send the next from inside (R4, D2)', () => {
    const { broker, got } = noting((id, message) => id === a && message === 1 && cast(broker, 2));
    const observed: unknown[] = [];
    (name === 'publish' ? broker.topic$('t') : broker.broadcasts$).subscribe((message) => {
      observed.push(message);
      if (message === 1) cast(broker, 3);
    });
    broker.events$.subscribe((event) => event.kind === 'sent' && event.message === 1 && event.target === c && cast(broker, 0));
    cast(broker, 1);
    expect(observed).toHaveLength(4);
    expect(got).toEqual({ a: observed, b: observed, c: observed });
  });

  it('gives the very same object to all (R4)', () => {
    const { broker, got } = noting();
    const message = { inner: {} };
    const observed = watchFor(name === 'publish' ? broker.topic$('t') : broker.broadcasts$);
    cast(broker, message);
    for (const one of [...Object.values(got).flat(), ...observed.values]) expect(one).toBe(message);
    expect(Object.isFrozen(message)).toBe(false);
  });

  it('is offered to all before a handler unregisters one of them (R4, R2)', () => {
    const { broker, letters, got } = noting((id) => id === a && broker.unregister(b));
    cast(broker, 'x');
    expect(got).toEqual({ a: ['x'], b: [], c: ['x'] });
    expect(letters).toMatchObject([{ target: 'b', reason: 'ActorNotFound' }]);
    expectConserved(broker.metrics());
  });

  it('counts at all its targets as sent for a handler that looks (O2, R4)', () => {
    const seen: unknown[] = [];
    const { broker } = noting(() => {
      const { totalSent, pending, inFlight } = broker.metrics();
      seen.push([totalSent, pending, inFlight]);
    });
    cast(broker, 'x');
    expect(seen).toEqual([[3, 2, 1], [3, 1, 1], [3, 0, 1]]);
  });

  it('is queued as a whole inside a turn (R4, D2)', () => {
    const steps: string[] = [];
    const { broker } = noting((id) => steps.push(id));
    const sender = actorId<any>('sender');
    broker.spawn(sender, (message) => {
      if (message !== 'go') return;
      cast(broker, 'x');
      steps.push('sender ends');
    });
    broker.trySend(sender, 'go');
    expect(steps).toEqual(['sender ends', 'a', 'b', 'c']);
  });

  it('passes over a handler that throws, and one that never settles (R4, M5)', () => {
    const { broker, got } = noting((id) => {
      if (id === a) throw new Error('a');
      return id === b ? NEVER : undefined;
    });
    cast(broker, 'x');
    expect(got).toEqual({ a: ['x'], b: ['x'], c: ['x'] });
    expect(broker.metrics()).toMatchObject({ totalSent: 3, totalErrored: 1, inFlight: 1, totalSucceeded: 1 });
  });

  it('that pushes a message out comes at every target before what that message’s caller does (R4, D0)', () => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    const got: unknown[] = [];
    for (const id of [a, b]) broker.register(id, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }), { topics: ['t'] });
    broker.spawn(c, (message) => void got.push(message), { topics: ['t'] });
    for (const id of [a, b]) broker.send(id, 'old').subscribe({ error: () => broker.trySend(c, `${id} lost one`) });
    cast(broker, 'all');
    expect(got).toEqual(['all', 'a lost one', 'b lost one']);
    check();
  });

  it('that is refused by the closing broker is told to no observer (R4, §7)', async () => {
    const { broker, letters } = noting((_id, message) => message === 'runs' && NEVER);
    broker.trySend(a, 'runs');
    const observed = watchFor(name === 'publish' ? broker.topic$('t') : broker.broadcasts$);
    void broker.close();
    cast(broker, 'late');
    expect(observed.values).toEqual([]);
    expect(letters).toMatchObject(ids.map((target) => ({ target, reason: 'BrokerClosed', message: 'late' })));
    await broker.close({ drain: false });
  });
});

describe('tryBroadcast', () => {
  it('tells every actor, and returns how many took it (R4)', () => {
    const { broker, letters } = setup();
    const got: string[] = [];
    broker.spawn(a, (message) => void got.push(`a ${String(message)}`));
    const full = Mailbox.bounded<string>(1);
    full.next('first');
    broker.register(b, full);
    broker.spawn(c, (message) => void got.push(`c ${String(message)}`));
    expect(broker.tryBroadcast('x')).toBe(2);
    expect(broker.tryBroadcast('y', (id) => id === c)).toBe(1);
    expect(got).toEqual(['a x', 'c x', 'c y']);
    expect(letters).toMatchObject([{ target: b, reason: 'MailboxFull', message: 'x' }]);
  });

  it('to 5,000 targets, at each of which a message is pushed out that makes its caller send, ends no stack (M7, R4)', () => {
    const { broker } = setup();
    const targets = Array.from({ length: 5_000 }, (_, n) => actorId<any>(`target ${n}`));
    broker.register(a, Mailbox.unbounded());
    for (const target of targets) {
      broker.register(target, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }));
      broker.send(target, 'old', { timeout: Infinity }).subscribe({ error: () => broker.trySend(a, 'one is out') });
    }
    expect(broker.tryBroadcast('cast', (id) => id !== a)).toBe(5_000);
    expect(broker.metrics()).toMatchObject({ pending: 10_000, totalFailed: 5_000 });
  });
});

describe('freezeMessages', () => {
  it('freezes deeply what is sent, by every way (R4)', () => {
    const { broker } = setup({ freezeMessages: true });
    broker.spawn(a, () => {}, { topics: ['t'] });
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(b, mailbox);
    const messages: { list: object[]; self?: unknown }[] = Array.from({ length: 7 }, () => ({ list: [{ n: 1 }] }));
    for (const message of messages) message.self = message;
    CASTS.forEach(([, cast], n) => cast(broker, messages[n]));
    broker.trySend(a, messages[3]);
    broker.send(a, messages[4]).subscribe();
    broker.sendWithRouting({ topic: 't' }, messages[5]).subscribe();
    mailbox.next(messages[6]);
    expect(messages.map(({ list }) => Object.isFrozen(list[0]))).toEqual(messages.map(() => true));
  });

  it('freezes what a mailbox holds when it is registered: that counts as sent then (R4, M6)', () => {
    const { broker } = setup({ freezeMessages: true });
    const mailbox = Mailbox.bounded<any>(2);
    const message = { inner: { n: 1 } };
    mailbox.next(message);
    broker.register(a, mailbox);
    expect(Object.isFrozen(message.inner)).toBe(true);
  });
});

describe('what freezeMessages freezes', () => {
  function frozen(message: object): object {
    const { broker } = setup({ freezeMessages: true });
    broker.trySend(a, message);
    return message;
  }

  it('is everything, under symbols and hidden too, but no function; it calls no getter (R4)', () => {
    const key = Symbol('key');
    const message: any = { list: [{ n: 1 }], inner: Object.freeze({ deeper: { n: 1 } }), nothing: null, fn: () => {}, [key]: { n: 1 } };
    Object.defineProperty(message, 'hidden', { enumerable: false, value: { n: 2 } });
    Object.defineProperty(message, 'hostile', { enumerable: true, get: () => { throw new Error('called'); } });
    frozen(message);
    expect([message, message.list[0], message.inner.deeper, message.hidden, message[key]].every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(message.fn)).toBe(false);
  });

  it('is nothing that cannot be frozen (R4)', () => {
    const bytes = new Uint8Array(4);
    const hostile = new Proxy({}, { preventExtensions: () => { throw new Error('no'); } });
    expect(() => frozen({ bytes, hostile })).not.toThrow();
    bytes[0] = 1;
    expect(bytes[0]).toBe(1);
  });
});

describe('broadcasts$', () => {
  it('tells every broadcast, also one without a target (R4)', () => {
    const { broker } = setup();
    const seen = watchFor(broker.broadcasts$.pipe(take(3)));
    broker.tryBroadcast(1);
    watchFor(broker.broadcast(2));
    watchFor(broker.broadcastFilter(3, () => false));
    expect(seen).toMatchObject({ values: [1, 2, 3], completed: true });
  });
});

import { type ActorContext, Mailbox, actorId } from 'rx-broker';
import { EMPTY, NEVER, Subject, Subscriber, asapScheduler, of, switchMap, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Seen, deferred, expectConserved, setup, virtually, watchFor } from './setup';

const ids = ['a', 'b', 'c'].map((name) => actorId<any>(name));
const [a, b, c] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]];

describe('broadcast', () => {
  it('gives one result for each target, in registration order (R3)', () => {
    const { broker } = setup();
    broker.spawn(a, () => of(1, 2));
    broker.spawn(b, () => { throw 'no'; });
    broker.spawn(c, () => 3);
    const seen = watchFor(broker.broadcast('x'));
    expect(seen.values).toEqual([
      { actorId: 'a', ok: true, value: 2 },
      { actorId: 'b', ok: false, error: 'no' },
      { actorId: 'c', ok: true, value: 3 },
    ]);
    expect(seen.completed).toBe(true);
    expect(broker.metrics()).toMatchObject({ totalSent: 3, openRequests: 0 });
  });

  it('keeps registration order for replies that come in another (R3)', async () => {
    const { broker } = setup();
    const gates = ids.map(() => deferred());
    ids.forEach((id, i) => broker.spawn(id, () => gates[i]?.promise));
    const seen = watchFor(broker.broadcast('x'));
    gates[2]?.resolve('c');
    gates[1]?.resolve('b');
    await Promise.resolve();
    expect(seen.values).toEqual([]);
    gates[0]?.resolve('a');
    await Promise.resolve();
    expect(seen.values.map((result: any) => result.value)).toEqual(['a', 'b', 'c']);
    expect(seen.completed).toBe(true);
  });

  it('gives results as they settle, and take(n) is a quorum that cancels the rest (R3)', async () => {
    const { broker } = setup();
    const gates = ids.map(() => deferred());
    ids.forEach((id, i) => broker.spawn(id, () => gates[i]?.promise));
    const seen = watchFor(broker.broadcast('x', { order: 'settled' }).pipe(take(2)));
    gates[2]?.resolve('c');
    gates[0]?.resolve('a');
    await Promise.resolve();
    expect(seen.values.map((result: any) => result.actorId)).toEqual(['c', 'a']);
    expect(seen.completed).toBe(true);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 2, inFlight: 0, openRequests: 0 });
  });

  it('has started every idle target before its first result (R3)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    for (const id of ids) broker.spawn(id, () => void steps.push(`${id} started`));
    broker.broadcast('x').subscribe(({ actorId: id }) => steps.push(`${id} result`));
    expect(steps).toEqual(['a started', 'b started', 'c started', 'a result', 'b result', 'c result']);
  });

  it('has started every idle target before its first result, also from inside a turn, or on a scheduler (R3)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      const steps: string[] = [];
      const kick = actorId<any>('kick');
      broker.spawn(a, () => void steps.push('a started'));
      broker.spawn(b, () => void steps.push('b started'), { dispatcher: asapScheduler });
      broker.spawn(kick, () => void broker.broadcastFilter('x', (id) => id !== kick).subscribe(({ actorId: id }) => steps.push(`${id} result`)));
      broker.trySend(kick, 0);
      expect(steps).toEqual(['a started']);
      flush();
      expect(steps).toEqual(['a started', 'b started', 'a result', 'b result']);
    });
  });

  it('is not held up by a slow, full or failing target (R3)', () => {
    const { broker } = setup();
    const full = Mailbox.bounded<string>(1);
    full.next('first');
    broker.register(a, full);
    broker.spawn(b, () => NEVER);
    broker.spawn(c, () => 'c');
    const seen = watchFor(broker.broadcast('x', { order: 'settled' }));
    expect(seen.values).toEqual([
      { actorId: 'a', ok: false, error: expect.objectContaining({ code: 'MailboxFull' }) },
      { actorId: 'c', ok: true, value: 'c' },
    ]);
    expect(seen.completed).toBe(false);
  });

  it('is not held up by a target that was idle and takes something urgent and slow first (R3)', () => {
    const { broker } = setup();
    const urgent = new Subject<string>();
    broker.spawn(a, () => {
      broker.trySend(c, 'urgent', { priority: 'critical' });
      return 'a';
    });
    broker.spawn(b, () => 'b');
    broker.spawn(c, (message) => (message === 'urgent' ? urgent : 'c'));
    const seen = watchFor(broker.broadcast('x'));
    expect(seen.values).toEqual([
      { actorId: 'a', ok: true, value: 'a' },
      { actorId: 'b', ok: true, value: 'b' },
    ]);
    urgent.complete();
    expect(seen.values.at(-1)).toEqual({ actorId: 'c', ok: true, value: 'c' });
    expect(seen.completed).toBe(true);
  });

  it('is not held up by a target that was idle and loses its consumer first (R3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(1);
    const consumer = mailbox.receive(() => 'b');
    broker.spawn(a, () => {
      consumer.unsubscribe();
      return 'a';
    });
    broker.register(b, mailbox);
    const seen = watchFor(broker.broadcast('x'));
    expect(seen.values).toEqual([{ actorId: 'a', ok: true, value: 'a' }]);
    mailbox.receive(() => 'late');
    expect(seen.values.at(-1)).toEqual({ actorId: 'b', ok: true, value: 'late' });
    expect(seen.completed).toBe(true);
  });

  it('waits for an idle target on a scheduler only until that has drained (R3, D3)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      broker.spawn(a, () => 'a');
      broker.spawn(b, (message) => (message === 'urgent' ? NEVER : 'b'), { dispatcher: asapScheduler });
      const seen = watchFor(broker.broadcast('x', { timeout: Infinity }));
      broker.trySend(b, 'urgent', { priority: 'critical' });
      expect(seen.values).toEqual([]);
      flush();
      expect(seen.values).toEqual([{ actorId: 'a', ok: true, value: 'a' }]);
    });
  });

  it('times out in its order, though whoever is pushed out by its first has the rest offered before (S4, R3)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      broker.register(a, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }));
      broker.register(b, Mailbox.bounded<any>(1));
      const order: string[] = [];
      broker.send(a, 'is pushed out').subscribe({ error: () => broker.metrics() });
      broker.broadcast(0, { order: 'settled', timeout: 5 }).subscribe(({ actorId: id }) => order.push(id));
      flush();
      expect(order).toEqual(['a', 'b']);
    });
  });

  it('counts an empty stream as undefined and a failing one as its error (R3)', () => {
    const { broker } = setup();
    broker.spawn(a, () => EMPTY);
    broker.spawn(b, () => throwError(() => 'broken'));
    expect(watchFor(broker.broadcast('x')).values).toEqual([
      { actorId: 'a', ok: true, value: undefined },
      { actorId: 'b', ok: false, error: 'broken' },
    ]);
  });

  it('completes empty without a target (R3)', () => {
    const { broker } = setup();
    const seen = watchFor(broker.broadcast('x'));
    expect(seen.values).toEqual([]);
    expect(seen.completed).toBe(true);
    expect(broker.metrics().totalSent).toBe(0);
  });

  it('errors before anything is sent when its filter throws (R3)', () => {
    const { broker } = setup();
    const failure = new Error('filter');
    for (const id of ids) broker.spawn(id, () => {});
    const filter = (id: string) => {
      if (id === 'b') throw failure;
      return true;
    };
    expect(watchFor(broker.broadcastFilter('x', filter)).error).toBe(failure);
    expect(() => broker.tryBroadcast('x', filter)).toThrow(failure);
    expect(broker.metrics().totalSent).toBe(0);
  });

  it('evaluates its targets and filter at subscription (S1)', () => {
    const { broker } = setup();
    const results$ = broker.broadcastFilter('x', (id) => id !== 'b');
    for (const id of ids) broker.spawn(id, () => id);
    expect(watchFor(results$).values.map((result: any) => result.actorId)).toEqual(['a', 'c']);
  });

  it('is taken back everywhere when a message that it pushes out makes its caller go away (S3, R4)', () => {
    const { broker } = setup();
    const got: string[] = [];
    broker.spawn(a, () => void got.push('a'));
    broker.register(b, Mailbox.bounded(1, { overflow: 'drop-oldest' }));
    broker.spawn(c, () => void got.push('c'));
    const caller = new Subscriber<unknown>();
    broker.send(b, 'pushed out').subscribe({ error: () => caller.unsubscribe() });
    broker.broadcast('all').subscribe(caller);
    expect(caller.closed).toBe(true);
    expect(got).toEqual([]);
    expect(broker.metrics()).toMatchObject({ totalSent: 4, pending: 0, openRequests: 0, failedBy: { Cancelled: 3, Dropped: 1 } });
  });

  it('gives Timeout for a target that does not answer in time (R3, S4)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      broker.spawn(a, () => NEVER);
      broker.spawn(b, () => timer(5));
      const seen = watchFor(broker.broadcast('x', { timeout: 10 }));
      flush();
      expect(seen.values).toEqual([
        { actorId: 'a', ok: false, error: expect.objectContaining({ code: 'Timeout' }) },
        { actorId: 'b', ok: true, value: 0 },
      ]);
    });
  });

  it('cancels everything when unsubscribed or aborted (R3)', () => {
    const { broker } = setup();
    const signals: AbortSignal[] = [];
    for (const id of ids) {
      broker.spawn(id, (_message, context) => {
        signals.push(context.signal);
        return NEVER;
      });
    }
    watchFor(broker.broadcast('x')).subscription.unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
    const controller = new AbortController();
    const seen = watchFor(broker.broadcast('x', { signal: controller.signal }));
    controller.abort('left');
    expect(seen.error).toBe('left');
    expect(watchFor(broker.broadcast('x', { signal: controller.signal })).error).toBe('left');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true, true, true, true]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 6, inFlight: 0, openRequests: 0 });
  });

  it('is taken back everywhere before what one target sets free runs at another (S3, R3)', () => {
    const { broker } = setup();
    const go = new Subject<void>();
    const handled: string[] = [];
    broker.spawn(a, (message: string) => {
      handled.push(`a: ${message}`);
      return message === 'to all' ? NEVER : message;
    });
    broker.spawn(b, (message: string, context: ActorContext) => {
      handled.push(`b: ${message}`);
      return message === 'first' ? go.pipe(switchMap(() => context.send(a, 'behind')), take(1)) : message;
    });
    broker.trySend(b, 'first');
    const all = broker.broadcast('to all').subscribe();
    go.next();
    all.unsubscribe();
    expect(handled).toEqual(['b: first', 'a: to all', 'a: behind']);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 2, failedBy: { Cancelled: 1 }, pending: 0, inFlight: 0 });
  });

  it('waits for a place at a mailbox that blocks', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(1, { overflow: 'block' });
    mailbox.next('first');
    broker.register(a, mailbox);
    const seen = watchFor(broker.broadcast('x'));
    mailbox.receive((message) => message as never);
    expect(seen.values).toEqual([{ actorId: 'a', ok: true, value: 'x' }]);
  });
});

describe('tryBroadcast', () => {
  it('tells everyone now, and answers how many took it', () => {
    const { broker, letters } = setup();
    const got: string[] = [];
    broker.spawn(a, (message) => void got.push(`a ${message}`));
    const full = Mailbox.bounded<string>(1);
    full.next('first');
    broker.register(b, full);
    broker.spawn(c, (message) => void got.push(`c ${message}`));
    expect(broker.tryBroadcast('x')).toBe(2);
    expect(broker.tryBroadcast('y', (id) => id === 'c')).toBe(1);
    expect(got).toEqual(['a x', 'c x', 'c y']);
    expect(letters).toMatchObject([{ target: 'b', reason: 'MailboxFull', message: 'x' }]);
    expectConserved(broker.metrics());
  });

  it('goes on past a handler that throws, rejects or never settles', () => {
    const { broker, letters } = setup();
    broker.spawn(a, () => { throw 'a'; });
    broker.spawn(b, () => NEVER);
    let got = 0;
    broker.spawn(c, () => void got++);
    expect(broker.tryBroadcast('x')).toBe(3);
    expect(got).toBe(1);
    expect(letters).toMatchObject([{ target: 'a', reason: 'HandlerFailed', error: 'a' }]);
    expect(broker.metrics()).toMatchObject({ totalSent: 3, inFlight: 1 });
  });

  it('is one multicast: what its handlers send comes after it at every target (R4)', () => {
    const { broker } = setup();
    const got: Record<string, unknown[]> = { a: [], b: [], c: [] };
    for (const id of ids) {
      broker.spawn(id, (message) => {
        got[id]?.push(message);
        if (id === 'a' && message === 'outer') {
          broker.trySend(c, 'direct');
          broker.tryBroadcast('inner');
          broker.trySend(b, 'direct');
        }
      });
    }
    expect(broker.tryBroadcast('outer')).toBe(3);
    expect(got).toEqual({ a: ['outer', 'inner'], b: ['outer', 'inner', 'direct'], c: ['outer', 'direct', 'inner'] });
  });

  it('shows observers and targets one order (R4)', () => {
    const { broker } = setup();
    const observed: unknown[] = [];
    const got: unknown[] = [];
    broker.spawn(a, (message) => {
      got.push(message);
      if (message === 1) broker.tryBroadcast(2);
    });
    broker.broadcasts$.subscribe((message) => {
      observed.push(message);
      if (message === 1) broker.tryBroadcast(3);
    });
    broker.tryBroadcast(1);
    expect(observed).toEqual(got);
    expect([...got].sort()).toEqual([1, 2, 3]);
  });

  it('hands the very same object to all, frozen deeply with freezeMessages (R4)', () => {
    const { broker } = setup({ freezeMessages: true });
    const message = { list: [{ n: 1 }], self: undefined as unknown };
    message.self = message;
    const got: unknown[] = [];
    for (const id of ids) broker.spawn(id, (one) => void got.push(one));
    broker.broadcasts$.subscribe((one) => got.push(one));
    broker.tryBroadcast(message);
    expect(got).toHaveLength(4);
    expect(got.every((one) => one === message)).toBe(true);
    expect(Object.isFrozen(message.list[0])).toBe(true);
    for (const send of [
      (one: object) => broker.trySend(a, one),
      (one: object) => broker.send(a, one).subscribe(),
      (one: object) => broker.broadcast(one).subscribe(),
      (one: object) => broker.publish('t', one),
    ]) {
      const one = { inner: {} };
      send(one);
      expect(Object.isFrozen(one.inner)).toBe(true);
    }
  });

  it('offers the message to all before a handler unregisters one of them (R4)', () => {
    const { broker, letters } = setup();
    const got: unknown[] = [];
    broker.spawn(a, () => broker.unregister(b));
    broker.spawn(b, () => void got.push('b'));
    broker.spawn(c, () => void got.push('c'));
    expect(broker.tryBroadcast('x')).toBe(3);
    expect(got).toEqual(['c']);
    expect(letters).toMatchObject([{ target: 'b', reason: 'ActorNotFound' }]);
    expectConserved(broker.metrics());
  });

  it('counts all its targets as sent for whoever looks inside (O2)', () => {
    const { broker } = setup();
    let inside: unknown;
    broker.spawn(a, () => void (inside = broker.metrics()));
    broker.spawn(b, () => {});
    broker.tryBroadcast('x');
    expect(inside).toMatchObject({ totalSent: 2, pending: 1, inFlight: 1 });
  });

  it('is queued as a whole from inside a turn', () => {
    const { broker } = setup();
    const stream = new Subject<unknown>();
    const got: unknown[] = [];
    stream.subscribe((message) => got.push(message));
    for (const id of ids) broker.spawn(id, (message) => stream.next(`${id} ${message}`));
    const kick = actorId<any>('kick');
    let taken: unknown;
    broker.spawn(kick, (message) => {
      if (message === 'go') taken = broker.tryBroadcast('x', (id) => id !== kick);
      stream.next('kick ends');
    });
    broker.trySend(kick, 'go');
    expect(taken).toBe(3);
    expect(got).toEqual(['kick ends', 'a x', 'b x', 'c x']);
  });

  it('waits as long as need be where it is observed, too (R4)', () => {
    virtually(({ at, flush }) => {
      const { broker } = setup();
      const mailbox = Mailbox.bounded<any>(5);
      broker.register(a, mailbox);
      broker.events$.subscribe();
      broker.tryBroadcast('all');
      const got: unknown[] = [];
      at(100, () => mailbox.receive((message) => void got.push(message)));
      flush();
      expect(got).toEqual(['all']);
    });
  });

  it('is called off from inside its first turn without disturbing that (S3, R3)', () => {
    const { broker, letters } = setup();
    const seen = new Seen();
    const errors: unknown[] = [];
    const subscriber = new Subscriber<unknown>(seen.observer);
    broker.spawn(a, () => {
      try {
        subscriber.unsubscribe();
      } catch (error) {
        errors.push(error);
      }
    });
    broker.spawn(b, () => {});
    broker.broadcast('x').subscribe(subscriber);
    expect(errors).toEqual([]);
    expect(seen).toMatchObject({ values: [], completed: false });
    expect(letters).toEqual([]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, failedBy: { Cancelled: 1 }, inFlight: 0, openRequests: 0 });
  });
});

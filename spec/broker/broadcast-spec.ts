import { type Delivery, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { EMPTY, NEVER, Subject, VirtualTimeScheduler, asapScheduler, concat, of, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { clockAt, countFromEvents, deferred, macrotask, setupStill as setup, virtually, watchFor } from './setup';

const ids = ['a', 'b', 'c'].map((name) => actorId<any>(name));
const [a, b, c] = ids as [(typeof ids)[0], (typeof ids)[0], (typeof ids)[0]];

describe('a broadcast', () => {
  it('gives one result for each target, in registration order; a failure is a result (R3)', () => {
    const { broker } = setup();
    broker.spawn(a, () => of(1, 2));
    broker.spawn(b, () => { throw 'no'; });
    broker.spawn(c, () => 3);
    expect(watchFor(broker.broadcast('x'))).toMatchObject({
      values: [{ actorId: a, ok: true, value: 2 }, { actorId: b, ok: false, error: 'no' }, { actorId: c, ok: true, value: 3 }],
      completed: true,
    });
    expect(broker.metrics()).toMatchObject({ totalSent: 3, openRequests: 0 });
  });

  it('keeps registration order for replies that come in another (R3)', async () => {
    const { broker } = setup();
    const gates = ids.map(() => deferred());
    ids.forEach((id, i) => broker.spawn(id, () => gates[i]!.promise));
    const seen = watchFor(broker.broadcast('x'));
    for (const i of [2, 1]) gates[i]!.resolve(i);
    await Promise.resolve();
    expect(seen.values).toEqual([]);
    gates[0]!.resolve(0);
    await Promise.resolve();
    expect(seen.values).toMatchObject([{ value: 0 }, { value: 1 }, { value: 2 }]);
    expect(seen.completed).toBe(true);
  });

  it('gives results as they settle with order settled; take(2) is a quorum and cancels the rest (R3)', async () => {
    const { broker } = setup();
    const gates = ids.map(() => deferred());
    ids.forEach((id, i) => broker.spawn(id, () => gates[i]!.promise));
    const seen = watchFor(broker.broadcast('x', { order: 'settled' }).pipe(take(2)));
    for (const i of [2, 0]) gates[i]!.resolve(i);
    await Promise.resolve();
    expect(seen).toMatchObject({ values: [{ actorId: c }, { actorId: a }], completed: true });
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 2, inFlight: 0, openRequests: 0 });
  });

  it.each<[string, { ttl?: number }, { ttl?: number }]>([
    ['of the message', { ttl: 0 }, {}],
    ['of the mailbox', {}, { ttl: 0 }],
  ])('looks at the ttl %s when the turn of each target comes, observed or not (M3, O1)', (_, options, mailbox) => {
    for (const isObserved of [false, true]) {
      for (const send of ['broadcast', 'tryBroadcast', 'publish'] as const) {
        if (send !== 'broadcast' && options.ttl !== undefined) continue;
        const { clock, scheduler } = clockAt(0);
        const { broker, letters } = setup({ scheduler });
        if (isObserved) broker.events$.subscribe();
        broker.spawn(a, () => void (clock.at += 3), { ...mailbox, topics: ['topic'] });
        const ran: unknown[] = [];
        broker.spawn(b, (message) => void ran.push(message), { ...mailbox, topics: ['topic'] });
        if (send === 'broadcast') broker.broadcast('x', options).subscribe();
        else if (send === 'tryBroadcast') broker.tryBroadcast('x');
        else broker.publish('topic', 'x');
        expect([ran, letters.map(({ target, reason }) => [target, reason])], `${send}, observed: ${String(isObserved)}`).toEqual([[], [[b, 'Expired']]]);
      }
    }
  });

  it('tells its results between turns: with three idle actors and take(1) one runs, two are Cancelled (R3)', () => {
    for (const options of [{ order: 'settled' }, {}] as const) {
      const { broker, letters } = setup();
      const ran: string[] = [];
      for (const id of ids) broker.spawn(id, () => void ran.push(id));
      const seen = watchFor(broker.broadcast('x', options).pipe(take(1)));
      expect(seen).toMatchObject({ values: [{ actorId: a, ok: true }], completed: true });
      expect(ran).toEqual([a]);
      expect(broker.metrics()).toMatchObject({ totalSent: 3, totalSucceeded: 1, failedBy: { Cancelled: 2 }, pending: 0, openRequests: 0 });
      expect(letters).toEqual([]);
    }
  });

  it('tells them between turns inside a turn, and on schedulers, too (R3, D3)', async () => {
    const { broker } = setup();
    const steps: string[] = [];
    const sender = actorId<any>('sender');
    for (const id of [a, b]) broker.spawn(id, () => void steps.push(`${id} runs`));
    broker.spawn(c, () => void steps.push('c runs'), { dispatcher: asapScheduler });
    broker.spawn(sender, () => {
      broker.broadcastFilter('x', (id) => id !== sender).subscribe(({ actorId: id }) => steps.push(`${id} result`));
      steps.push('sender ends');
    });
    broker.trySend(sender, 0);
    expect(steps).toEqual(['sender ends', 'a runs', 'a result', 'b runs', 'b result']);
    while (steps.length < 7) await macrotask();
    expect(steps.slice(5)).toEqual(['c runs', 'c result']);
  });

  it('tells one result after the other, also if its caller causes the next (R3, D2)', () => {
    const { broker } = setup();
    const out: Delivery[] = [];
    for (const id of [a, b]) {
      const mailbox = Mailbox.bounded<any>(5);
      broker.register(id, mailbox);
      mailbox.deliveries$.subscribe((delivery) => out.push(delivery));
    }
    const steps: string[] = [];
    broker.broadcast(0, { order: 'settled' }).subscribe({
      next: ({ actorId: id }) => {
        steps.push(`${id} begins`);
        out[1]?.reply('b');
        steps.push(`${id} ends`);
      },
      complete: () => steps.push('complete'),
    });
    out[0]?.reply('a');
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'complete']);
  });

  it('is not held up by a slow, full or failing target (R3)', () => {
    const { broker } = setup();
    const full = Mailbox.bounded<string>(1);
    full.next('first');
    broker.register(a, full);
    broker.spawn(b, () => NEVER);
    broker.spawn(c, () => 'c');
    expect(watchFor(broker.broadcast('x', { order: 'settled' }))).toMatchObject({
      values: [{ actorId: a, ok: false, error: { code: 'MailboxFull' } }, { actorId: c, ok: true, value: 'c' }],
      completed: false,
    });
  });

  it('is not held up by a target that was idle and takes something urgent and slow first (R3)', () => {
    const { broker } = setup();
    const urgent = new Subject<string>();
    broker.spawn(a, () => void broker.trySend(c, 'urgent', { priority: 'critical' }));
    broker.spawn(b, () => 'b');
    broker.spawn(c, (message) => (message === 'urgent' ? urgent : 'c'));
    const seen = watchFor(broker.broadcast('x'));
    expect(seen.values).toMatchObject([{ actorId: a }, { actorId: b, value: 'b' }]);
    urgent.complete();
    expect(seen).toMatchObject({ values: [{}, {}, { actorId: c, value: 'c' }], completed: true });
  });

  it('waits at a target that was idle and has lost its consumer, and at one that blocks (R3, M2)', () => {
    const { broker } = setup();
    const [leaves, blocks] = [Mailbox.bounded<any>(1), Mailbox.bounded<any>(1, { overflow: 'block' })];
    const consumer = leaves.receive(() => 'b');
    broker.spawn(a, () => consumer.unsubscribe());
    broker.register(b, leaves);
    blocks.next('first');
    broker.register(c, blocks);
    const seen = watchFor(broker.broadcast('x'));
    expect(seen.values).toHaveLength(1);
    for (const mailbox of [leaves, blocks]) mailbox.receive((message) => message as never);
    expect(seen).toMatchObject({ values: [{}, { actorId: b, value: 'x' }, { actorId: c, value: 'x' }], completed: true });
  });

  it('fails at a target that ends itself, and at no other (R3, R2)', () => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    broker.spawn(a, () => broker.unregister(a));
    broker.spawn(b, () => 'b');
    expect(watchFor(broker.broadcast(0)).values).toMatchObject([
      { actorId: a, ok: false, error: { code: 'ActorNotFound', started: true } },
      { actorId: b, ok: true, value: 'b' },
    ]);
    check();
  });

  it('counts a streamed reply by its last value, an empty stream as undefined, a failing one as its error (R3)', () => {
    const { broker } = setup();
    broker.spawn(a, () => of(1, 2));
    broker.spawn(b, () => EMPTY);
    broker.spawn(c, () => throwError(() => 'broken'));
    expect(watchFor(broker.broadcast('x')).values).toEqual([
      { actorId: a, ok: true, value: 2 },
      { actorId: b, ok: true, value: undefined },
      { actorId: c, ok: false, error: 'broken' },
    ]);
  });

  it('completes empty without a target (R3)', () => {
    const { broker } = setup();
    expect(watchFor(broker.broadcast('x'))).toMatchObject({ values: [], completed: true });
    expect(broker.metrics().totalSent).toBe(0);
  });

  it('errors before anything is sent when its filter throws, and tryBroadcast throws (R3)', () => {
    const { broker } = setup();
    const failure = new Error('filter');
    for (const id of ids) broker.spawn(id, () => {});
    const filter = (id: string): boolean => {
      if (id === b) throw failure;
      return true;
    };
    expect(watchFor(broker.broadcastFilter('x', filter)).error).toBe(failure);
    expect(() => broker.tryBroadcast('x', filter)).toThrow(failure);
    expect(broker.metrics().totalSent).toBe(0);
  });

  it('gives Timeout for a target that does not answer in time, and cancels no other (R3, S4)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      broker.spawn(a, () => NEVER);
      broker.spawn(b, () => timer(5));
      const seen = watchFor(broker.broadcast('x', { timeout: 10 }));
      flush();
      expect(seen.values).toMatchObject([{ actorId: a, ok: false, error: { code: 'Timeout' } }, { actorId: b, ok: true, value: 0 }]);
    });
  });

  it('leaves no timer behind if all targets refuse it (S4)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    const full = Mailbox.bounded<any>(1);
    full.next('first');
    broker.register(a, full);
    expect(watchFor(broker.broadcast(0)).values).toMatchObject([{ ok: false, error: { code: 'MailboxFull' } }]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it('cancels all that is left when it is unsubscribed: running and queued (R3, S3)', () => {
    const { broker } = setup();
    const signals: AbortSignal[] = [];
    for (const id of [a, b]) broker.spawn(id, (_message, { signal }) => (signals.push(signal), NEVER));
    broker.register(c, Mailbox.bounded<any>(1));
    broker.broadcast('x').subscribe().unsubscribe();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 2, failedBy: { Cancelled: 1 }, pending: 0, inFlight: 0, openRequests: 0 });
  });

  it('gives the results of targets that answer at once and of those that do not, also where nobody observes (R3, S4)', () => {
    virtually(({ flush }) => {
      const broker = new InMemoryMessageBroker({ logDeadLetters: false });
      broker.spawn(a, () => 'at once');
      broker.spawn(b, () => timer(5));
      broker.spawn(c, () => NEVER);
      const seen = watchFor(broker.broadcast('x', { timeout: 10 }));
      flush();
      expect(seen).toMatchObject({
        values: [{ actorId: a, ok: true, value: 'at once' }, { actorId: b, ok: true, value: 0 }, { actorId: c, ok: false, error: { code: 'Timeout' } }],
        completed: true,
      });
    });
  });

  it.each([false, true])('has a caller that sends while it is told a result: that comes after it at every target, and before this returns; observed: %s (R4, D1, O1)', (isObserved) => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    if (isObserved) broker.events$.subscribe();
    const steps: string[] = [];
    for (const id of [a, b]) broker.spawn(id, (message) => void steps.push(`${id} gets ${String(message)}`));
    broker.broadcast('all').subscribe(({ actorId: from }) => {
      steps.push(`result of ${from}`);
      broker.trySend(a, `after ${from}`);
    });
    expect(steps).toEqual(['a gets all', 'result of a', 'a gets after a', 'b gets all', 'result of b', 'a gets after b']);
  });

  it.each([false, true])('ends the turn that cancels it by its signal, also if that throws then; observed: %s (S3, O1)', (isObserved) => {
    const { broker } = setup();
    const controller = new AbortController();
    if (isObserved) broker.events$.subscribe();
    broker.spawn(a, () => {
      controller.abort('enough');
      throw new Error('after that');
    });
    broker.spawn(b, () => {});
    expect(watchFor(broker.broadcast('x', { signal: controller.signal })).error).toBe('enough');
    expect(broker.metrics()).toMatchObject({ totalErrored: 0, totalAborted: 1, failedBy: { Cancelled: 1 } });
  });

  it('aborts a stream that has emitted when it is left early: its caller had no result of it (R3, S2)', () => {
    const { broker } = setup();
    broker.spawn(a, () => concat(of(1), NEVER));
    broker.broadcast('x').subscribe().unsubscribe();
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 0, totalAborted: 1, inFlight: 0 });
  });

  it.each([['both', [a, b], [2, 1]], ['the first', [a], [2]], ['the last', [b], [1]]])('is an open request at each target while that one runs, also where nobody observes: read by %s (O2)', (_, readers, counts) => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    const open: number[] = [];
    for (const id of [a, b]) broker.spawn(id, () => void (readers.includes(id) && open.push(broker.metrics().openRequests)));
    broker.broadcast(0).subscribe();
    expect(open).toEqual(counts);
    expect(broker.metrics().openRequests).toBe(0);
  });
});

import { Mailbox, type Priority, actorId } from 'rx-broker';
import { NEVER, Subject, VirtualTimeScheduler, from, interval, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, expectConserved, setup, virtually, watchFor } from './setup';

const id = actorId<any>('actor');

describe('a registered mailbox', () => {
  it('bounds what is queued, not what runs (M1)', () => {
    const { broker } = setup();
    broker.spawn(id, () => NEVER, { capacity: 1 });
    expect([1, 2, 3].map((n) => broker.trySend(id, n).ok)).toEqual([true, true, false]);
    const kicked = setup().broker;
    const kick = actorId<any>('kick');
    let results: boolean[] = [];
    kicked.spawn(id, () => {}, { capacity: 1 });
    kicked.spawn(kick, () => {
      results = [1, 2].map((n) => kicked.trySend(id, n).ok);
    });
    kicked.trySend(kick, 0);
    expect(results).toEqual([true, false]);
  });

  it('is unbounded for capacity Infinity (M1)', () => {
    const { broker } = setup();
    broker.spawn(id, () => NEVER, { capacity: Infinity });
    expect(Array.from({ length: 5_000 }, (_, n) => broker.trySend(id, n).ok).every(Boolean)).toBe(true);
  });

  it('parks senders with `block`: highest priority first, FIFO within one (M2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(1, { overflow: 'block', maxWaiting: 4 });
    broker.register(id, mailbox);
    const send = (name: string, priority: Priority = 'normal') => watchFor(broker.sendWithPriority(id, name, priority));
    const seen = [send('first'), send('n1'), send('h1', 'high'), send('n2'), send('h2', 'high'), send('too many', 'critical')];
    expect(seen.map(({ error }) => (error as { code?: string } | undefined)?.code)).toEqual([undefined, undefined, undefined, undefined, undefined, 'MailboxFull']);
    expect(broker.metrics()).toMatchObject({ pending: 5, openRequests: 5 });
    expect(mailbox.size).toBe(1);
    const got: string[] = [];
    mailbox.receive((name) => void got.push(name));
    expect(got).toEqual(['first', 'h1', 'h2', 'n1', 'n2']);
    expect(seen.slice(0, 5).every(({ completed }) => completed)).toBe(true);
  });

  it('lets no waiter go before one of a higher priority, however many those are (M2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(1, { overflow: 'block', maxWaiting: 50, fairness: 'strict' });
    broker.register(id, mailbox);
    broker.trySend(id, 'first');
    broker.send(id, 'normal').subscribe();
    for (let i = 0; i < 20; i++) broker.sendWithPriority(id, `high ${i}`, 'high').subscribe();
    const got: string[] = [];
    mailbox.receive((name) => void got.push(name));
    expect(got).toEqual(['first', ...Array.from({ length: 20 }, (_, i) => `high ${i}`), 'normal']);
  });

  it('never lets trySend overtake a waiter (M2)', async () => {
    const { broker } = setup();
    const gates: ReturnType<typeof deferred>[] = [];
    const got: unknown[] = [];
    broker.spawn(id, (name) => {
      got.push(name);
      gates.push(deferred());
      return gates.at(-1)?.promise;
    }, { capacity: 1, overflow: 'block' });
    broker.trySend(id, 'runs');
    broker.trySend(id, 'queued');
    broker.send(id, 'waits').subscribe();
    expect(broker.trySend(id, 'told')).toMatchObject({ ok: false, code: 'MailboxFull' });
    gates[0]?.resolve(0);
    await Promise.resolve();
    expect(broker.trySend(id, 'told')).toMatchObject({ ok: false, code: 'MailboxFull' });
    gates[1]?.resolve(0);
    await Promise.resolve();
    expect(got).toEqual(['runs', 'queued', 'waits']);
    // Left open, it would time out in the middle of another spec.
    gates[2]?.resolve(0);
  });

  it.each([
    ['low', ['normal', 'normal'], 'refused'],
    ['normal', ['low', 'normal'], 'low'],
    ['normal', ['normal', 'high'], 'normal'],
    ['high', ['critical', 'critical'], 'refused'],
    ['critical', ['high', 'critical'], 'high'],
  ] as const)('with drop-oldest, a %s newcomer to %j: %s goes (M2)', (newcomer, queued, goes) => {
    const { broker, letters } = setup();
    const mailbox = Mailbox.bounded<string>(2, { overflow: 'drop-oldest' });
    broker.register(id, mailbox);
    queued.forEach((priority, i) => broker.trySend(id, `${priority} ${i}`, { priority }));
    const result = broker.trySend(id, 'newcomer', { priority: newcomer });
    if (goes === 'refused') {
      expect(result).toMatchObject({ ok: false, code: 'Dropped' });
      expect(letters).toMatchObject([{ message: 'newcomer', reason: 'Dropped' }]);
    } else {
      expect(result.ok).toBe(true);
      expect(letters).toMatchObject([{ message: expect.stringMatching(`^${goes}`), reason: 'Dropped' }]);
    }
    expect(mailbox.size).toBe(2);
    expectConserved(broker.metrics());
  });

  it('errors the sender of what it evicts (M2)', () => {
    const { broker } = setup();
    broker.register(id, Mailbox.bounded(1, { overflow: 'drop-oldest' }));
    const evicted = watchFor(broker.send(id, 'old'));
    broker.trySend(id, 'new');
    expect(evicted.error).toMatchObject({ code: 'Dropped', started: false });
  });

  it('is fair by weight: 8, 4, 2, 1 (M3)', () => {
    // No time passes, or a slow machine would make the drain give way.
    const { broker } = setup({ scheduler: new VirtualTimeScheduler() });
    const mailbox = Mailbox.bounded<string>(100);
    broker.register(id, mailbox);
    for (const priority of ['low', 'normal', 'high', 'critical'] as const) {
      for (let i = 0; i < 16; i++) broker.trySend(id, `${priority}${i}`, { priority });
    }
    const got: string[] = [];
    mailbox.receive((name) => void got.push(name));
    const round = got.slice(0, 15).map((name) => name.replace(/\d+/, ''));
    expect(round).toEqual([...Array(8).fill('critical'), ...Array(4).fill('high'), ...Array(2).fill('normal'), 'low']);
    for (const priority of ['low', 'normal', 'high', 'critical']) {
      const own = got.filter((name) => name.startsWith(priority));
      expect(own).toEqual(Array.from({ length: 16 }, (_, i) => `${priority}${i}`));
    }
  });

  it('takes the highest first when strict (M3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(100, { fairness: 'strict' });
    broker.register(id, mailbox);
    for (const priority of ['low', 'critical', 'normal', 'critical', 'high'] as const) broker.trySend(id, priority, { priority });
    const got: string[] = [];
    mailbox.receive((name) => void got.push(name));
    expect(got).toEqual(['critical', 'critical', 'high', 'normal', 'low']);
  });

  it('runs one turn at a time, or as many as concurrency says (M4)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      for (const concurrency of [1, 3]) {
        let open = 0;
        let most = 0;
        const name = actorId<any>(`c${concurrency}`);
        broker.spawn(
          name,
          () => {
            most = Math.max(most, ++open);
            const reply = timer(5);
            reply.subscribe(() => open--);
            return reply;
          },
          { concurrency },
        );
        for (let i = 0; i < 9; i++) broker.trySend(name, i);
        flush();
        expect(most).toBe(concurrency);
      }
      expect(broker.metrics()).toMatchObject({ totalSucceeded: 18, inFlight: 0 });
    });
  });

  it('goes on after a handler that throws, with its state (M5)', () => {
    const { broker } = setup();
    let sum = 0;
    broker.spawn(id, (n: number) => {
      sum += n;
      if (n === 2) throw new Error('two');
      return sum;
    });
    expect([1, 2, 3].flatMap((n) => watchFor(broker.send(id, n)).values)).toEqual([1, 6]);
  });

  it('expires what waited too long, by the mailbox or the message (ttl)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      const mailbox = Mailbox.bounded<string>(3, { ttl: 20 });
      broker.register(id, mailbox);
      const got: string[] = [];
      broker.trySend(id, 'mailbox ttl');
      broker.trySend(id, 'own ttl', { ttl: 5, priority: 'high' });
      at(6, () => broker.trySend(id, 'lives'));
      // Full: what has expired meanwhile makes room before anyone is refused.
      at(7, () => expect(broker.trySend(id, 'newcomer').ok).toBe(true));
      at(21, () => mailbox.receive((name) => void got.push(name)));
      flush();
      expect(got).toEqual(['lives', 'newcomer']);
      expect(letters.map(({ message, reason }) => [message, reason])).toEqual([
        ['own ttl', 'Expired'],
        ['mailbox ttl', 'Expired'],
      ]);
      expectConserved(broker.metrics());
    });
  });

  it('finds what expired behind a head that lives, before it refuses anyone (ttl)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      const mailbox = Mailbox.bounded<string>(2);
      broker.register(id, mailbox);
      broker.trySend(id, 'lives');
      broker.trySend(id, 'dies', { ttl: 5 });
      at(4, () => expect(broker.trySend(id, 'too early')).toMatchObject({ code: 'MailboxFull' }));
      at(5, () => expect(broker.trySend(id, 'newcomer')).toEqual({ ok: true }));
      flush();
      expect(letters.map(({ message, reason }) => [message, reason])).toEqual([
        ['too early', 'MailboxFull'],
        ['dies', 'Expired'],
      ]);
      const got: string[] = [];
      mailbox.receive((name) => void got.push(name));
      expect(got).toEqual(['lives', 'newcomer']);
    });
  });

  it('makes room for a waiter when something expires', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      const mailbox = Mailbox.bounded<string>(2, { overflow: 'block', ttl: 5, maxWaiting: 1 });
      broker.register(id, mailbox);
      broker.trySend(id, '1');
      broker.trySend(id, '2');
      broker.send(id, 'waits', { ttl: Infinity, timeout: Infinity }).subscribe({ error: () => {} });
      at(6, () => expect(broker.trySend(id, 'newcomer')).toEqual({ ok: true }));
      flush();
      expect(letters.map(({ message }) => message)).toEqual(['1', '2']);
      expect(mailbox.size).toBe(2);
    });
  });

  it('lets nobody in who expired while waiting (ttl)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      const mailbox = Mailbox.bounded<string>(1, { overflow: 'block', ttl: 11 });
      broker.register(id, mailbox);
      broker.trySend(id, 'first');
      broker.send(id, 'waited too long', { ttl: 11, timeout: Infinity, priority: 'low' }).subscribe({ error: () => {} });
      at(15, () => expect(broker.trySend(id, 'newcomer')).toEqual({ ok: true }));
      flush();
      expect(letters.map(({ message, reason }) => [message, reason])).toEqual([
        ['first', 'Expired'],
        ['waited too long', 'Expired'],
      ]);
      expect(mailbox.size).toBe(1);
    });
  });

  it('runs a newcomer at once when the sweep before it set a seat free (M2, ttl)', () => {
    virtually(({ at, flush }) => {
      const { broker } = setup();
      const got: unknown[] = [];
      const mailbox = Mailbox.bounded<string>(1, { ttl: 10, concurrency: 2 });
      broker.register(id, mailbox);
      mailbox.receive((message, context) => {
        got.push(message);
        if (message === 'asks') return context.send(id, 'expires');
        return message === 'stays' ? NEVER : undefined;
      });
      broker.trySend(id, 'stays');
      broker.trySend(id, 'asks');
      at(10, () => {
        expect(broker.trySend(id, 'newcomer')).toEqual({ ok: true });
        expect(got).toEqual(['stays', 'asks', 'newcomer']);
      });
      flush();
      expectConserved(broker.metrics());
    });
  });

  it('refuses a newcomer whose actor is ended by whoever is told that a message expired (ttl)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      broker.register(id, Mailbox.bounded<string>(2, { ttl: 10 }));
      broker.send(id, 'expires').subscribe({ error: () => broker.unregister(id) });
      broker.trySend(id, 'is behind it');
      at(10, () => expect(broker.trySend(id, 'newcomer')).toEqual({ ok: false, code: 'ActorNotFound' }));
      flush();
      expect(broker.metrics()).toMatchObject({ pending: 0, totalSent: 3, totalFailed: 3 });
      expect(letters.map(({ message, reason }) => [message, reason])).toEqual([
        ['expires', 'Expired'],
        ['is behind it', 'ActorNotFound'],
        ['newcomer', 'ActorNotFound'],
      ]);
    });
  });

  it('aborts a turn that takes too long, also one that nobody waits for (turnTimeout)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      const running: unknown[] = [];
      broker.spawn(id, (message) => {
        running.push(message);
        return message === 'slow' ? NEVER : timer(5);
      }, { turnTimeout: 10 });
      broker.trySend(id, 'slow');
      broker.trySend(id, 'fast');
      at(9, () => expect(running).toEqual(['slow']));
      flush();
      expect(running).toEqual(['slow', 'fast']);
      expect(letters).toMatchObject([{ message: 'slow', reason: 'Timeout' }]);
      expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 1 });
    });
  });

  it('takes a stream as its Observer (M6)', () => {
    virtually(({ flush }) => {
      const { broker, letters } = setup();
      const mailbox = Mailbox.bounded<number>(2);
      const got: number[] = [];
      broker.register(id, mailbox);
      interval(10).pipe(take(3)).subscribe(mailbox);
      flush();
      expect(mailbox.isClosed).toBe(true);
      expect(letters).toMatchObject([{ message: 2, reason: 'MailboxFull' }]);
      mailbox.receive((n) => void got.push(n));
      expect(got).toEqual([0, 1]);
      expect(broker.metrics()).toMatchObject({ totalSent: 3, totalSucceeded: 2, failedBy: { MailboxFull: 1 } });
    });
  });

  it('drains its backlog when closed, waiters included, and stays registered (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(1, { overflow: 'block' });
    broker.register(id, mailbox);
    const seen = ['queued', 'waits'].map((name) => watchFor(broker.send(id, name)));
    mailbox.close();
    expect(broker.trySend(id, 'late')).toMatchObject({ code: 'ActorStopped' });
    mailbox.receive((name) => name as never);
    expect(seen.flatMap(({ values }) => values)).toEqual(['queued', 'waits']);
    expect(broker.isRegistered(id)).toBe(true);
  });

  it('hands out deliveries as a stream, one at a time (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(5);
    broker.register(id, mailbox);
    const deliveries: any[] = [];
    mailbox.deliveries$.subscribe((delivery) => deliveries.push(delivery));
    const seen = ['reply', 'stream', 'fail', 'complete'].map((name) => watchFor(broker.send(id, name)));
    expect(deliveries).toHaveLength(1);
    deliveries[0].reply('r');
    deliveries[0].reply('ignored');
    deliveries[1].next(1);
    deliveries[1].next(2);
    deliveries[1].complete();
    deliveries[2].fail('no');
    deliveries[3].complete();
    expect(deliveries.map(({ message, context }) => [message, context.self])).toEqual([
      ['reply', 'actor'],
      ['stream', 'actor'],
      ['fail', 'actor'],
      ['complete', 'actor'],
    ]);
    expect(seen.map(({ values }) => values)).toEqual([['r'], [1, 2], [], []]);
    expect(seen[2]?.error).toBe('no');
    expect(seen[3]?.completed).toBe(true);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 3, totalErrored: 1, inFlight: 0 });
  });

  it('is not confused by an observer that cancels what is just timing out (S3, S4)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      const mailbox = Mailbox.bounded<string>(3);
      broker.register(id, mailbox);
      const ask = broker.send(id, 'times out', { timeout: 5 }).subscribe({ error: () => {} });
      broker.trySend(id, 'told');
      mailbox.pressure$.subscribe((pressure) => {
        if (pressure < 0.5) ask.unsubscribe();
      });
      flush();
      expect(mailbox.size).toBe(1);
      const got: string[] = [];
      mailbox.receive((message) => void got.push(message));
      expect(got).toEqual(['told']);
      expect(broker.metrics()).toMatchObject({ totalSent: 2, pending: 0, openRequests: 0, failedBy: { Timeout: 1, Cancelled: 0 } });
    });
  });

  it('is not confused by an observer that cancels what is just evicted (S3, M2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(2, { overflow: 'drop-oldest' });
    broker.register(id, mailbox);
    const ask = broker.send(id, 'evicted').subscribe({ error: () => {} });
    broker.trySend(id, 'kept');
    broker.events$.subscribe(({ kind }) => {
      if (kind === 'queued') ask.unsubscribe();
    });
    broker.trySend(id, 'newcomer');
    expect(mailbox.size).toBe(2);
    const got: string[] = [];
    mailbox.receive((message) => void got.push(message));
    expect(got).toEqual(['kept', 'newcomer']);
    expect(broker.metrics()).toMatchObject({ totalSent: 3, pending: 0, openRequests: 0, failedBy: { Dropped: 1, Cancelled: 0 } });
  });

  it('tells its pressure when the message is with its actor, who may be cancelled by it (S3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<string>(3);
    broker.register(id, mailbox);
    const asks = ['1', '2'].map((message) => broker.send(id, message).subscribe({ error: () => {} }));
    const pressures: number[] = [];
    mailbox.pressure$.subscribe((pressure) => {
      pressures.push(pressure);
      if (pressure < 0.5) for (const ask of asks) ask.unsubscribe();
    });
    mailbox.receive(() => NEVER as never);
    expect(pressures[0]).toBeCloseTo(2 / 3);
    expectConserved(broker.metrics());
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, failedBy: { Cancelled: 1 }, pending: 0, inFlight: 0 });
  });

  it('knows its own numbers', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(3);
    broker.register(id, mailbox);
    const cancelled = broker.send(id, 0).subscribe();
    for (let n = 1; n < 5; n++) broker.trySend(id, n);
    cancelled.unsubscribe();
    const stream = new Subject();
    mailbox.receive((n) => (n === 2 ? stream : undefined) as never);
    expect(mailbox.metrics()).toEqual({ capacity: 3, size: 0, highWaterMark: 3, accepted: 3, delivered: 2, lost: 2, inFlight: 1 });
  });

  it('takes a handler’s own options over the broker’s (mailbox)', () => {
    const { broker } = setup({ mailbox: { overflow: 'drop-newest', concurrency: 2 } });
    broker.spawn(id, () => NEVER, { capacity: 1 });
    const results = [1, 2, 3, 4].map((n) => broker.trySend(id, n));
    expect(results.map(({ ok }) => ok)).toEqual([true, true, true, false]);
    expect(results[3]).toMatchObject({ code: 'Dropped' });
    const plain = actorId<any>('plain');
    broker.spawn(plain, () => NEVER);
    from([1, 2]).subscribe((n) => broker.trySend(plain, n));
    expect(broker.metrics().inFlight).toBe(4);
  });
});

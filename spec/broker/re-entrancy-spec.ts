import { type BrokerMetrics, InMemoryMessageBroker, Mailbox, type Registration, actorId } from 'rx-broker';
import { toMetrics } from 'rx-broker/operators';
import { NEVER, Subject, VirtualTimeScheduler, asapScheduler, asyncScheduler, filter, finalize, skip, take, takeUntil, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, expectConserved, setup, virtually, watchFor } from './setup';

const id = actorId<any>('actor');
const other = actorId<any>('other');
const third = actorId<any>('third');

/** Time for whatever a scheduler or a macrotask was asked. */
const later = (ms = 20): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Compares, whenever it is called, what the broker counts with what its events have told (O1). Answers how often it has been. */
function counting(broker: InMemoryMessageBroker): () => number {
  let told: BrokerMetrics | undefined;
  const differences: unknown[] = [];
  let looked = 0;
  broker.events$.pipe(toMetrics()).subscribe((metrics) => (told = metrics));
  return () => {
    // A callback's throw would be reported, and forgotten: a difference is found again by the next who looks.
    const own = { ...broker.metrics(), avgRoutingLatencyNs: 0 };
    if (JSON.stringify(own) !== JSON.stringify(told)) differences.push({ own, told });
    expect(differences).toEqual([]);
    return ++looked;
  };
}

describe('whoever is told of a message that leaves a queue', () => {
  it('cannot take one out again that has expired (M2, O2)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker, letters } = setup({ scheduler });
    const mailbox = Mailbox.bounded<string>(2, { ttl: 30 });
    const stop = new Subject<void>();
    const got: string[] = [];
    broker.register(id, mailbox);
    const old = watchFor(broker.send(id, 'old').pipe(takeUntil(stop)));
    const at = (ms: number, work: () => void): void => void scheduler.schedule(work, ms);
    at(25, () => broker.trySend(id, 'young'));
    at(35, () => {
      mailbox.pressure$.pipe(skip(1)).subscribe(() => stop.next());
      broker.trySend(id, 'new');
      mailbox.receive((message) => void got.push(message));
    });
    scheduler.flush();
    expect(got).toEqual(['young', 'new']);
    expect(old.errored).toBe(true);
    expect(letters.map(({ message, reason }) => [message, reason])).toEqual([['old', 'Expired']]);
    expect(broker.metrics().totalFailed).toBe(1);
  });

  it('sees what was sent add up, one loss after the other (O2)', () => {
    const { broker } = setup();
    const seen: BrokerMetrics[] = [];
    broker.register(id, Mailbox.bounded(5));
    for (const n of [1, 2, 3]) broker.trySend(id, n);
    broker.deadLetters$.subscribe(() => seen.push(broker.metrics()));
    broker.unregister(id);
    expect(seen.map(({ totalSent, pending }) => [totalSent, pending])).toEqual([[3, 2], [3, 1], [3, 0]]);
  });

  it('sees it add up when one is cancelled, too (O2, S3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(id, mailbox);
    const asked = broker.send(id, 1).subscribe();
    broker.trySend(id, 2);
    const sent: number[] = [];
    mailbox.pressure$.subscribe(() => sent.push(broker.metrics().totalSent));
    asked.unsubscribe();
    expect(sent).toEqual([2, 2]);
  });
});

describe('a mailbox that moves', () => {
  it.each([['asap', asapScheduler], ['async', asyncScheduler]])('to a broker while it stands in line is drained there (M6, O2): %s', async (_, dispatcher) => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(10, { dispatcher });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    mailbox.next(1);
    broker.register(id, mailbox);
    await later();
    expect(got).toEqual([1]);
    expect(broker.metrics()).toMatchObject({ totalSent: 1, totalSucceeded: 1, pending: 0 });
  });

  it.each<[string, (broker: InMemoryMessageBroker) => unknown]>([
    ['unregistered', (broker) => broker.unregister(id)],
    ['closed', (broker) => broker.close({ drain: false })],
  ])('out of a broker while it stands in line is drained by itself (M6, O2, §7): %s', async (_, end) => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(10, { dispatcher: asyncScheduler });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    await end(broker);
    mailbox.next(2);
    await later();
    expect(got).toEqual([2]);
    expect(broker.metrics()).toMatchObject({ totalSent: 1, totalFailed: 1, pending: 0 });
  });

  it('while another turn is on the stack is drained elsewhere, and counted there (O2, D2)', () => {
    const { broker } = setup();
    const second = setup().broker;
    const mailbox = Mailbox.bounded<number>(10);
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    broker.register(id, mailbox);
    broker.spawn(other, () => {
      broker.trySend(id, 1);
      broker.unregister(id);
      second.register(id, mailbox);
      second.trySend(id, 2);
    });
    broker.trySend(other, 0);
    expect(got).toEqual([2]);
    expect(broker.metrics()).toMatchObject({ totalSent: 2, totalSucceeded: 1, totalFailed: 1, pending: 0 });
    expect(second.metrics()).toMatchObject({ totalSent: 1, totalSucceeded: 1, pending: 0 });
  });

  it.each<[string, (broker: InMemoryMessageBroker, mailbox: Mailbox<number>) => void]>([
    ['alone', (broker, mailbox) => {
      broker.unregister(id);
      mailbox.next(2);
    }],
    ['to another broker', (broker, mailbox) => {
      broker.unregister(id);
      const second = setup().broker;
      second.register(id, mailbox);
      second.trySend(id, 2);
    }],
    ['to another broker and back', (broker, mailbox) => {
      broker.unregister(id);
      setup().broker.register(id, mailbox).unsubscribe();
      broker.register(id, mailbox);
      broker.trySend(id, 2);
    }],
  ])('from within its own turn runs the next when that has returned (M4, D2): %s', (_, move) => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    const steps: string[] = [];
    mailbox.receive((n) => {
      steps.push(`${n} begins`);
      if (n === 1) move(broker, mailbox);
      steps.push(`${n} ends`);
    });
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    expect(steps).toEqual(['1 begins', '1 ends', '2 begins', '2 ends']);
    expectConserved(broker.metrics());
    expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, totalAborted: 1 });
  });

  it('into a broker from within its own turn brings that turn along (M6, O2)', async () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    const reply = deferred();
    mailbox.receive(() => {
      broker.register(id, mailbox);
      return reply.promise;
    });
    mailbox.next(1);
    expect(broker.metrics()).toMatchObject({ inFlight: 1, totalSucceeded: 0, totalSent: 1 });
    reply.resolve(undefined);
    await later(0);
    expect(broker.metrics()).toMatchObject({ inFlight: 0, totalSucceeded: 1, totalSent: 1 });
  });

  it('cannot while it is being emptied (R1, R2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    mailbox.receive(() => NEVER as never);
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    broker.trySend(id, 2);
    const thrown: unknown[] = [];
    broker.deadLetters$.subscribe(() => {
      try {
        broker.register(other, mailbox);
      } catch (error) {
        thrown.push(error);
      }
    });
    broker.unregister(id);
    expect(thrown).toHaveLength(2);
    expect(thrown[0]).toMatchObject({ code: 'AlreadyRegistered', message: expect.stringContaining('being unregistered') });
    expect(broker.metrics()).toMatchObject({ totalSent: 2, totalDelivered: 1, totalSucceeded: 0, totalAborted: 1, totalFailed: 1 });
    expect(() => broker.register(other, mailbox)).not.toThrow();
  });
});

describe('an actor that is registered again at the same broker from within its own turn', () => {
  it('is busy with that turn for as long as it lasts (M4, R2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    const inFlight: number[] = [];
    mailbox.receive(() => {
      broker.unregister(id);
      broker.register(id, mailbox);
      inFlight.push(mailbox.metrics().inFlight);
    });
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    expect(inFlight).toEqual([1]);
    expect(mailbox.metrics().inFlight).toBe(0);
  });
});

describe('whoever is told that an actor is registered', () => {
  it('may send to it, and it counts once (O1)', () => {
    const { broker } = setup();
    let counted: BrokerMetrics | undefined;
    broker.events$.pipe(toMetrics()).subscribe((metrics) => (counted = metrics));
    broker.events$.subscribe((event) => {
      if (event.kind === 'registered') broker.trySend(event.id, 'welcome');
    });
    broker.spawn(id, () => {});
    expect(counted).toMatchObject({ totalSent: 1, pending: 0, totalSucceeded: 1 });
  });

  it('may fill its mailbox, which brought its own along (O1, M6)', () => {
    const { broker } = setup();
    let counted: BrokerMetrics | undefined;
    let sent = 0;
    broker.events$.pipe(toMetrics()).subscribe((metrics) => (counted = metrics));
    broker.events$.subscribe((event) => {
      if (event.kind === 'sent' && sent++ < 5) broker.trySend(id, `more ${sent}`);
    });
    const mailbox = Mailbox.bounded<any>(2, { overflow: 'drop-oldest' });
    mailbox.next('a');
    mailbox.next('b');
    broker.register(id, mailbox);
    expect(mailbox.size).toBe(2);
    const { avgRoutingLatencyNs: _, ...own } = broker.metrics();
    expect(counted).toMatchObject(own);
    expect(own).toMatchObject({ totalSent: 7, pending: 2, totalFailed: 5 });
  });

  it('may end it, after what it brought along was told (O1)', () => {
    const { broker } = setup();
    const kinds: string[] = [];
    broker.events$.subscribe(({ kind }) => {
      kinds.push(kind);
      if (kind === 'registered') broker.unregister(id);
    });
    const mailbox = Mailbox.bounded<any>(2);
    mailbox.next('a');
    broker.register(id, mailbox);
    expect(kinds).toEqual(['registered', 'sent', 'failed', 'dead-lettered', 'unregistered']);
  });

  it('finds frozen what it brings along, where messages are (R4)', () => {
    const { broker } = setup({ freezeMessages: true });
    const mailbox = Mailbox.bounded<any>(2);
    const message = { inner: { n: 1 } };
    mailbox.next(message);
    broker.register(id, mailbox);
    expect(Object.isFrozen(message.inner)).toBe(true);
  });
});

describe('a cancellation', () => {
  it.each([['idle', () => 'reply'], ['busy', undefined]])('while its sending is told stops it (S3): %s', (_, handler) => {
    const { broker } = setup();
    const stop = new Subject<void>();
    const controller = new AbortController();
    let ran = 0;
    if (handler === undefined) broker.register(id, Mailbox.bounded(5));
    else broker.spawn(id, () => (ran++, handler()));
    const events = broker.events$.subscribe((event) => {
      if (event.kind !== 'sent') return;
      if (event.message === 'aborts') controller.abort('why');
      else stop.next();
    });
    const aborted = watchFor(broker.send(id, 'aborts', { signal: controller.signal }));
    const left = watchFor(broker.send(id, 'leaves').pipe(takeUntil(stop)));
    expect(aborted).toMatchObject({ values: [], errored: true, error: 'why' });
    expect(left).toMatchObject({ values: [], completed: true });
    expect(ran).toBe(0);
    expect(broker.metrics()).toMatchObject({ failedBy: { Cancelled: 2 }, pending: 0, openRequests: 0, totalSent: 2 });
    events.unsubscribe();
  });

  it('of what is queued frees its place at once, also deep in replies that settle one another (S3)', async () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(other, mailbox);
    const queued = broker.send(other, 0).subscribe();
    const last = deferred<number>();
    const links = Array.from({ length: 80 }, (_, n) => actorId<any>(`link ${n}`));
    links.forEach((link, n) => broker.spawn(link, (_, context) => (n + 1 < links.length ? context.send(links[n + 1]!, 0) : last.promise) as never));
    const sizes: number[] = [];
    broker.send(links[0]!, 0).subscribe(() => {
      queued.unsubscribe();
      sizes.push(mailbox.size);
    });
    last.resolve(1);
    await later(0);
    expect(sizes).toEqual([0]);
  });

  it('by its own filter stops a broadcast (S3, R3)', () => {
    const { broker } = setup();
    const controller = new AbortController();
    const stop = new Subject<void>();
    let ran = 0;
    broker.spawn(id, () => void ran++);
    const aborts = (): boolean => {
      controller.abort('why');
      return true;
    };
    const aborted = watchFor(broker.broadcastFilter(0, aborts, { signal: controller.signal }));
    const leaves = (): boolean => {
      stop.next();
      return true;
    };
    watchFor(broker.broadcastFilter(0, leaves).pipe(takeUntil(stop)));
    expect(aborted).toMatchObject({ values: [], errored: true, error: 'why' });
    expect(ran).toBe(0);
    expect(broker.metrics().totalSent).toBe(0);
  });

  it('before anything is asked asks no filter (S3, R3)', () => {
    const { broker } = setup();
    broker.spawn(id, () => {});
    let asked = 0;
    const seen = watchFor(broker.broadcastFilter(0, () => asked++ >= 0, { signal: AbortSignal.abort('why') }));
    expect(seen).toMatchObject({ errored: true, error: 'why' });
    expect(asked).toBe(0);
  });

  it('of a broadcast while its sending is told takes nobody’s place (S3, R3, M2)', () => {
    const { broker, letters } = setup();
    const full = Mailbox.bounded<any>(1, { overflow: 'drop-oldest' });
    let ran = 0;
    broker.register(id, full);
    broker.spawn(other, () => void ran++);
    broker.trySend(id, 'stays');
    const stop = new Subject<void>();
    const events = broker.events$.subscribe((event) => event.kind === 'sent' && event.target === other && stop.next());
    broker.broadcast('called off').pipe(takeUntil(stop)).subscribe();
    events.unsubscribe();
    expect(letters).toEqual([]);
    expect([full.size, ran]).toEqual([1, 0]);
    expect(broker.metrics()).toMatchObject({ totalSent: 3, pending: 1, openRequests: 0, failedBy: { Cancelled: 2 } });
  });

  it('of a broadcast by who is told what had expired before it takes it back (S3, M2)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    const mailbox = Mailbox.bounded<any>(1, { ttl: 10 });
    const stop = new Subject<void>();
    broker.register(id, mailbox);
    broker.trySend(id, 'expires');
    broker.deadLetters$.subscribe(() => stop.next());
    scheduler.schedule(() => broker.broadcast('called off').pipe(takeUntil(stop)).subscribe(), 20);
    scheduler.flush();
    expect(mailbox.size).toBe(0);
    expect(broker.metrics()).toMatchObject({ pending: 0, openRequests: 0, failedBy: { Expired: 1, Cancelled: 1 } });
  });

  it('before anything is routed counts nothing (S3)', () => {
    const { broker, letters } = setup();
    const signal = AbortSignal.abort('why');
    expect(watchFor(broker.sendWithRouting({ topic: 'nowhere' }, 0, { signal }))).toMatchObject({ errored: true, error: 'why' });
    expect(letters).toEqual([]);
    expect(broker.metrics().totalSent).toBe(0);
  });

  it('reaches a signal that is read after the envelope (S3)', () => {
    const { broker } = setup();
    const stop = new Subject<void>();
    const aborted: boolean[] = [];
    broker.spawn(id, (first, context) => {
      if (first) return;
      void context.envelope.id;
      const { signal } = context;
      stop.next();
      aborted.push(signal.aborted);
    });
    broker.trySend(id, true);
    broker.send(id, false).pipe(takeUntil(stop)).subscribe();
    expect(aborted).toEqual([true]);
  });
});

describe('a reply that is over', () => {
  it.each([['completed', false], ['failed', true]])('is settled before its teardown ends the actor (S2): %s', (_, fails) => {
    virtually(({ at }) => {
      const { broker } = setup();
      const failure = new Error('mine');
      const source = new Subject<number>();
      broker.spawn(id, () => source.pipe(finalize(() => broker.unregister(id))) as never);
      const seen = watchFor(broker.send(id, 0));
      at(1, () => {
        source.next(1);
        if (fails) source.error(failure);
        else source.complete();
        expect(seen).toMatchObject({ values: [1], completed: !fails, errored: fails, ...(fails && { error: failure }) });
        expect(broker.metrics()).toMatchObject({ totalAborted: 0, totalErrored: fails ? 1 : 0, totalSucceeded: fails ? 0 : 1 });
      });
    });
  });

  it('is answered before the actor of a closed mailbox stops (O2, M6)', async () => {
    const { broker } = setup();
    const reply = deferred();
    const steps: string[] = [];
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive({
      receive: () => reply.promise as never,
      onStop: () => void steps.push(`stops, ${broker.metrics().totalErrored} errored`),
    });
    broker.register(id, mailbox);
    broker.send(id, 0).subscribe({ error: () => steps.push('answered') });
    mailbox.close();
    reply.reject(new Error('no'));
    await later(0);
    expect(steps).toEqual(['answered', 'stops, 1 errored']);
  });
});

describe('an actor that ends', () => {
  it('ends no watch of its successor (R2)', () => {
    const { broker } = setup();
    let ended = 0;
    const succeed = (): void => {
      if (broker.isRegistered(id)) return;
      broker.spawn(id, () => {});
      broker.watch(id).subscribe(() => ended++);
    };
    broker.events$.pipe(take(5)).subscribe(({ kind }) => kind === 'unregistered' && succeed());
    broker.spawn(id, () => {});
    broker.unregister(id);
    expect(broker.isRegistered(id)).toBe(true);
    expect(ended).toBe(0);
    broker.unregister(id);
    expect(ended).toBe(1);
  });

  it('ends its closed mailbox, also where nobody receives (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const losses = watchFor(mailbox.losses$);
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    mailbox.close();
    expect(losses.completed).toBe(false);
    broker.unregister(id);
    expect(losses.completed).toBe(true);
  });

  it('ends a closed mailbox whose last message is cancelled, where nobody receives (M6, S3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const losses = watchFor(mailbox.losses$);
    broker.register(id, mailbox);
    const asked = broker.send(id, 1).subscribe();
    mailbox.close();
    asked.unsubscribe();
    expect(losses.completed).toBe(true);
  });
});

describe('a consumer', () => {
  it('whose onStart throws gives its seat back (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    const failure = new Error('no start');
    expect(() => mailbox.receive({ receive: () => {}, onStart: () => { throw failure; } })).toThrow(failure);
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    expect(got).toEqual([1]);
  });

  it('that leaves when its message is told as delivered has that message still (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    const got: number[] = [];
    broker.register(id, mailbox);
    const consumer = mailbox.receive((n) => void got.push(n));
    broker.events$.subscribe(({ kind }) => kind === 'delivered' && consumer.unsubscribe());
    broker.trySend(id, 1);
    broker.trySend(id, 2);
    expect(got).toEqual([1]);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 1, totalErrored: 0, pending: 1 });
  });
});

describe('a broadcast', () => {
  it('that pushes another message out is offered in order all the same (R3, S4)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    broker.register(id, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }));
    broker.spawn(other, () => NEVER as never);
    broker.trySend(id, 'is pushed out');
    const results = watchFor(broker.broadcast(0, { timeout: 3, order: 'settled' }));
    scheduler.flush();
    expect(results.values).toMatchObject([{ actorId: id, error: { code: 'Timeout' } }, { actorId: other, error: { code: 'Timeout' } }]);
  });
});

describe('actors that send to themselves', () => {
  it('take turns, also where each visit is cut off (D4)', async () => {
    const time = { now: 0 };
    const scheduler = { now: () => time.now, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const { broker } = setup({ scheduler });
    let left = 6_000;
    let inARow = 0;
    let most = 0;
    let last = '';
    const loop = (name: string) => (): void => {
      inARow = name === last ? inARow + 1 : 1;
      last = name;
      most = Math.max(most, inARow);
      time.now += 0.5;
      if (left-- > 0) broker.trySend(actorId<any>(name), 0);
    };
    for (const name of ['one', 'two']) broker.spawn(actorId<any>(name), loop(name));
    broker.spawn(id, () => {
      for (const name of ['one', 'two']) broker.trySend(actorId<any>(name), 0);
    });
    broker.trySend(id, 0);
    while (left > 0) await new Promise((resolve) => setTimeout(resolve));
    expect(most).toBeLessThanOrEqual(128);
  });
});

describe('a broadcast that is made while another is being offered', () => {
  it.each([['unobserved', false], ['observed', true]])('comes after it at every target, and for its observers (R4): %s', (_, observed) => {
    const { broker } = setup();
    const got: Record<string, unknown[]> = { actor: [], third: [], observers: [] };
    broker.spawn(id, (message) => void got['actor']?.push(message));
    broker.register(other, Mailbox.bounded(1));
    broker.spawn(third, (message) => void got['third']?.push(message));
    broker.trySend(other, 'fills it');
    broker.broadcasts$.subscribe((message) => got['observers']?.push(message));
    broker.deadLetters$.pipe(take(1)).subscribe(() => void broker.tryBroadcast('second'));
    if (observed) broker.events$.subscribe();
    broker.tryBroadcast('first');
    broker.deadLetters$.pipe(take(1)).subscribe(() => void watchFor(broker.broadcast('fourth')));
    broker.broadcast('third').subscribe();
    const all = ['first', 'second', 'third', 'fourth'];
    expect(got).toEqual({ actor: all, third: all, observers: all });
    expectConserved(broker.metrics());
  });

  it('by who is told of its sending comes before it at every target (R4, O1)', () => {
    const { broker } = setup();
    const got: Record<string, unknown[]> = { actor: [], other: [] };
    let counted: BrokerMetrics | undefined;
    let sent = 0;
    broker.events$.pipe(toMetrics()).subscribe((metrics) => (counted = metrics));
    broker.spawn(id, (message) => void got['actor']?.push(message));
    broker.spawn(other, (message) => void got['other']?.push(message));
    broker.events$.subscribe(({ kind }) => {
      if (kind === 'sent' && ++sent === 2) broker.tryBroadcast('second');
    });
    broker.tryBroadcast('first');
    expect(got['actor']).toEqual(got['other']);
    expect([...(got['actor'] as string[])].sort()).toEqual(['first', 'second']);
    const { avgRoutingLatencyNs: _, ...own } = broker.metrics();
    expect(counted).toMatchObject(own);
  });

  it('is not told to its observers where the broker refuses it (§7)', async () => {
    const { broker } = setup();
    broker.spawn(id, () => timer(5) as never);
    broker.send(id, 0).subscribe({ error: () => {} });
    const told = watchFor(broker.broadcasts$);
    const closed = broker.close({ timeout: 50 });
    broker.tryBroadcast('x');
    broker.broadcast('y').subscribe();
    expect(told.values).toEqual([]);
    await closed;
  });
});

describe('close', () => {
  it.each([[undefined], [{ drain: false }]])('from within a close answers the same promise, ends once and leaves no timer: %j (§7)', async (options) => {
    const { broker } = setup();
    const inner: Promise<void>[] = [];
    const closed: string[] = [];
    broker.events$.subscribe((event) => {
      if (event.kind !== 'closed' || 'id' in event) return;
      closed.push('closed');
      inner.push(broker.close(options));
    });
    broker.spawn(id, { receive: () => {}, onStop: () => void inner.push(broker.close(options)) });
    broker.watch(id).subscribe(() => inner.push(broker.close(options)));
    const outer = broker.close(options);
    await outer;
    expect(inner).toHaveLength(3);
    expect(new Set([outer, ...inner]).size).toBe(1);
    expect(closed).toEqual(['closed']);
  });
});

describe('a message without a route', () => {
  it('keeps what was said of it (T2, O4)', () => {
    const { broker, letters } = setup();
    watchFor(broker.sendWithRouting({ topic: 'nowhere', priority: 'high' }, 0, { headers: { trace: '1' } }));
    expect(letters).toMatchObject([{ reason: 'NoRoute', headers: { trace: '1' }, priority: 'high', asked: true }]);
  });
});

describe('metrics() and events$', () => {
  it('agree in the teardown of a reply that is cancelled (O1)', () => {
    const { broker } = setup();
    const look = counting(broker);
    broker.spawn(id, () => NEVER.pipe(finalize(look)) as never);
    broker.send(id, 0).subscribe().unsubscribe();
    expect(look()).toBe(2);
  });

  it('agree while what has expired makes room for a newcomer, and when that is refused after all (O1, O2)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    const look = counting(broker);
    broker.register(id, Mailbox.bounded<any>(1, { ttl: 10 }));
    broker.spawn(other, look);
    broker.trySend(id, 'expires');
    broker.deadLetters$.pipe(take(1)).subscribe(() => {
      look();
      broker.trySend(id, 'takes its place');
      broker.trySend(other, 'looks');
    });
    scheduler.schedule(() => {
      expect(broker.trySend(id, 'is refused')).toMatchObject({ code: 'MailboxFull' });
    }, 20);
    scheduler.flush();
    expect(look()).toBe(3);
  });

  it.each<[string, (broker: InMemoryMessageBroker, mailbox: Mailbox) => void]>([
    ['alone', (_, mailbox) => mailbox.next('its own')],
    ['to another broker', (_, mailbox) => void setup().broker.register(id, mailbox)],
    ['to another id', (broker, mailbox) => void broker.register(other, mailbox)],
  ])('agree on a message whose mailbox goes elsewhere when it is told that it is sent (O1): %s', (_, move) => {
    const { broker, letters } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(1);
    const got: unknown[] = [];
    mailbox.receive((message) => void got.push(message));
    broker.register(id, mailbox);
    broker.events$.pipe(take(1)).subscribe(() => {
      broker.unregister(id);
      move(broker, mailbox);
    });
    // It has found its place when its mailbox goes, and is lost with what is queued.
    expect(broker.trySend(id, 'sent')).toEqual({ ok: true });
    look();
    expect(got).not.toContain('sent');
    expect(letters).toMatchObject([{ target: id, reason: 'ActorNotFound' }]);
  });

  it.each([['told', false], ['asked', true]])('agree on a broadcast one of whose targets goes elsewhere on the way (O1, R3): %s', (_, asked) => {
    const { broker } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(1);
    const second = setup().broker;
    const moves = (): void => {
      broker.unregister(id);
      second.register(id, mailbox);
    };
    for (const full of [other, third]) broker.register(full, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }));
    broker.register(id, mailbox);
    // The first offers it to the rest.
    broker.send(other, 'is pushed out').subscribe({ error: () => broker.metrics() });
    broker.send(third, 'is pushed out').subscribe({ error: moves });
    const results = asked ? watchFor(broker.broadcast(0, { order: 'settled' })) : undefined;
    // All three took it, before it went.
    if (!asked) expect(broker.tryBroadcast(0)).toBe(3);
    look();
    expect(mailbox.size).toBe(0);
    expect(second.metrics().totalSent).toBe(0);
    if (asked) expect(results?.values).toMatchObject([{ actorId: id, ok: false, error: { code: 'ActorNotFound' } }]);
  });

  it('agree on a message that was pushed out of a mailbox which then goes elsewhere (O1, M2)', () => {
    const { broker } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(1, { overflow: 'drop-oldest' });
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    broker.events$.pipe(skip(1), take(1)).subscribe(() => {
      broker.unregister(id);
      setup().broker.register(id, mailbox);
    });
    broker.trySend(id, 2);
    look();
    expect(broker.metrics()).toMatchObject({ pending: 0, failedBy: { Dropped: 1, ActorNotFound: 1 } });
  });

  it('agree on a message that a mailbox takes in while it is emptied: it is lost (O1, R2)', async () => {
    const { broker } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(2);
    mailbox.receive(() => new Promise(() => {}));
    broker.register(id, mailbox);
    broker.trySend(id, 'runs');
    broker.trySend(id, 'queued');
    broker.events$.subscribe(({ kind }) => kind === 'failed' && mailbox.size === 0 && broker.metrics().totalSent < 4 && mailbox.next('late'));
    broker.unregister(id);
    look();
    expect(broker.metrics()).toMatchObject({ totalSent: 4, pending: 0, failedBy: { ActorNotFound: 3 } });
    expect(mailbox.size).toBe(0);
    await broker.close({ drain: false });
    expect(broker.metrics().pending).toBe(0);
  });

  it('agree on what a mailbox takes in when its end is told: that is its own (O1, M6)', () => {
    const { broker } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(2);
    mailbox.receive(() => NEVER as never);
    broker.register(id, mailbox);
    broker.events$.subscribe(({ kind }) => kind === 'unregistered' && mailbox.next('alone'));
    broker.unregister(id);
    look();
    expect(broker.metrics().totalSent).toBe(0);
    broker.register(id, mailbox);
    look();
    expect(broker.metrics()).toMatchObject({ totalSent: 1, inFlight: 1 });
  });

  it.each<[string, number, (broker: InMemoryMessageBroker, mailbox: Mailbox) => void]>([
    ['nobody else does anything', 1, () => {}],
    ['it is registered again', 0, (broker, mailbox) => void broker.register(other, mailbox)],
    ['nobody receives any more', 0, (_, mailbox) => mailbox.close()],
  ])('agree on what a mailbox takes in while its actor stops, when %s (O1, R2)', async (_, succeeded, then) => {
    const { broker } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(2);
    const consumer = mailbox.receive({
      receive: () => {},
      onStop: () => {
        if (broker.isRegistered(id)) return;
        mailbox.next('late');
        if (succeeded === 0) consumer.unsubscribe();
        then(broker, mailbox);
      },
    });
    broker.register(id, mailbox);
    broker.unregister(id);
    look();
    expect(broker.metrics()).toMatchObject({ totalSent: 1, pending: 0, totalSucceeded: succeeded, failedBy: { ActorNotFound: 1 - succeeded } });
    await broker.close({ drain: false });
    expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0 });
  });

  it('agree on what a mailbox takes in while its actor stops and nobody receives: it is lost at once (O1, R2)', () => {
    const { broker, letters } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(2);
    const consumer = mailbox.receive({
      receive: () => {},
      onStop: () => {
        mailbox.next('late');
        consumer.unsubscribe();
      },
    });
    broker.register(id, mailbox);
    broker.unregister(id);
    look();
    expect(letters).toMatchObject([{ target: id, message: 'late', reason: 'ActorNotFound' }]);
    expect(mailbox.size).toBe(0);
  });

  it('agree on a turn that begins so and moves its mailbox on: it is ended (O1, M4)', () => {
    const { broker, letters } = setup();
    const second = setup().broker;
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(2);
    let moved = false;
    mailbox.receive({
      receive: () => {
        if (moved) return;
        moved = true;
        second.register(other, mailbox);
      },
      onStop: () => mailbox.next('late'),
    });
    broker.register(id, mailbox);
    broker.unregister(id);
    look();
    expect(letters).toMatchObject([{ message: 'late', reason: 'ActorStopped' }]);
    expect(broker.metrics()).toMatchObject({ totalSent: 1, inFlight: 0, totalAborted: 1 });
    second.trySend(other, 'goes on');
    expect(second.metrics()).toMatchObject({ totalSucceeded: 1 });
  });

  it('agree on a turn that begins so and is left open: it is ended (O1, §7)', async () => {
    const { broker, letters } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(2);
    mailbox.receive({ receive: () => NEVER as never, onStop: () => mailbox.next('late') });
    broker.register(id, mailbox);
    broker.unregister(id);
    look();
    expect(broker.metrics()).toMatchObject({ totalSent: 1, inFlight: 0, totalAborted: 1 });
    expect(letters).toMatchObject([{ message: 'late', reason: 'ActorStopped' }]);
    await broker.close();
  });

  it('agree on what a mailbox brings along: each message has one id (O1, M6)', () => {
    const { broker } = setup();
    const ids: string[] = [];
    broker.events$.subscribe((event) => 'message' in event && ids.push(event.id));
    const mailbox = Mailbox.bounded<any>(2);
    mailbox.next('first');
    mailbox.next('second');
    broker.register(id, mailbox);
    mailbox.receive(() => {});
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(2);
  });

  it('agree on a turn that is left open by a mailbox which it has registered (O1, M6)', () => {
    const { broker } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(2);
    mailbox.receive(() => {
      broker.register(id, mailbox);
      return NEVER;
    });
    mailbox.next(0);
    look();
    expect(broker.metrics()).toMatchObject({ totalSent: 1, inFlight: 1 });
  });

  it('agree on such a turn that is streamed until it completes (O1, M6)', () => {
    const { broker } = setup();
    const look = counting(broker);
    const stream = new Subject<never>();
    const mailbox = Mailbox.bounded<any>(2);
    mailbox.receive(() => {
      broker.register(id, mailbox);
      return stream;
    });
    mailbox.next(0);
    stream.complete();
    look();
    expect(broker.metrics()).toMatchObject({ totalSent: 1, totalSucceeded: 1, inFlight: 0 });
  });

  it('agree on such a turn that was ended and keeps its seat until its promise has settled (O1, M4)', async () => {
    const { broker } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(2);
    let settle = (): void => {};
    broker.events$.pipe(take(3)).subscribe(({ kind }) => kind === 'delivered' && broker.unregister(id));
    const got: unknown[] = [];
    mailbox.receive((message) => {
      got.push(message);
      if (message !== 0) return undefined;
      broker.register(id, mailbox);
      return new Promise<void>((resolve) => (settle = resolve));
    });
    mailbox.next(0);
    look();
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    expect(got).toEqual([0]);
    settle();
    await Promise.resolve();
    expect(got).toEqual([0, 1]);
    look();
  });

  it('agree on such a turn where whoever is told of it ends it (O1, M4)', () => {
    const { broker } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(2);
    let subscribed = 0;
    broker.events$.subscribe(({ kind }) => kind === 'delivered' && broker.unregister(id));
    mailbox.receive(() => {
      broker.register(id, mailbox);
      return NEVER.pipe(tap({ subscribe: () => subscribed++ }));
    });
    mailbox.next(0);
    look();
    expect(broker.metrics()).toMatchObject({ totalSent: 1, inFlight: 0, totalAborted: 1 });
    expect(subscribed).toBe(0);
  });

  it.each([['returned', false], ['thrown', true]])('agree when a mailbox goes on elsewhere that has left within its own turn, which has %s (O1, M4)', (_, throws) => {
    const { broker } = setup();
    const look = counting(broker);
    const mailbox = Mailbox.bounded<any>(2);
    mailbox.receive((n) => {
      if (n === 2) {
        look();
        return;
      }
      broker.unregister(id);
      mailbox.next(2);
      if (throws) throw new Error('failed');
    });
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    expect(look()).toBe(2);
  });

  it('agree on an actor that lives at another broker when its own has closed (O1, R1)', async () => {
    const { broker } = setup();
    const second = setup().broker;
    const mailbox = Mailbox.bounded<any>(2);
    broker.spawn(id, { receive: () => {}, onStop: () => {
      broker.unregister(other);
      second.register(other, mailbox);
    } });
    broker.register(other, mailbox);
    await broker.close({ drain: false });
    expect(broker.metrics().registeredActors).toBe(0);
    expect(second.isRegistered(other)).toBe(true);
  });

  it.each<[string, (broker: InMemoryMessageBroker) => void]>([
    ['it is sent', (broker) => void broker.trySend(id, 1)],
    ['it is sent to nobody', (broker) => void broker.trySend(third, 1)],
    ['it has no route', (broker) => void watchFor(broker.sendWithRouting({ topic: 'nowhere' }, 1))],
    ['it is cancelled', (broker) => void watchFor(broker.send(id, 1).pipe(takeUntil(broker.events$)))],
  ])('agree at the end of a broker that is closed by whoever is told of a message: %s (O1, §7)', async (_, send) => {
    const { broker } = setup();
    const kinds: string[] = [];
    let told: BrokerMetrics | undefined;
    let own: BrokerMetrics | undefined;
    broker.spawn(id, () => {});
    broker.events$.pipe(toMetrics()).subscribe({ next: (metrics) => (told = metrics), complete: () => (own = broker.metrics()) });
    let closed: Promise<void> | undefined;
    broker.events$.subscribe(({ kind }) => {
      kinds.push(kind);
      if (kind === 'sent') closed = broker.close({ drain: false });
    });
    send(broker);
    await closed;
    expect(kinds).toContain('failed');
    expect(kinds.at(-1)).toBe('closed');
    expect({ ...told, registeredActors: 0 }).toEqual({ ...own, avgRoutingLatencyNs: 0 });
  });

  it('tell what becomes of a message before they tell the end of its actor, where the broker is closed in between (O1, §7)', async () => {
    const { broker } = setup();
    const kinds: string[] = [];
    broker.spawn(id, () => {});
    let closed: Promise<void> | undefined;
    broker.events$.subscribe(({ kind }) => {
      kinds.push(kind);
      if (kind === 'sent') closed = broker.close();
    });
    broker.trySend(id, 1);
    await closed;
    // It was sent before the broker was closed.
    expect(kinds).toEqual(['sent', 'queued', 'delivered', 'settled', 'unregistered', 'closed']);
  });
});

/** Every way of sending. */
const SENDS: readonly [string, (broker: InMemoryMessageBroker, message: string) => unknown][] = [
  ['told', (broker, message) => broker.trySend(id, message)],
  ['asked', (broker, message) => watchFor(broker.send(id, message))],
  ['routed', (broker, message) => watchFor(broker.sendWithRouting({ topic: 't' }, message))],
  ['published', (broker, message) => broker.publish('t', message, { retain: true })],
  ['broadcast', (broker, message) => broker.tryBroadcast(message)],
  ['broadcast with results', (broker, message) => watchFor(broker.broadcast(message))],
];

describe('what an observer does when it is told that a message is sent', () => {
  /** Does `work` when the first `sent` is told. */
  function onFirstSent(broker: InMemoryMessageBroker, work: () => void): void {
    broker.events$.pipe(filter(({ kind }) => kind === 'sent'), take(1)).subscribe(work);
  }

  it.each(SENDS)('comes after that message, everywhere: %s (M3, D2, R4, T4)', (_, send) => {
    for (const [, sendAgain] of SENDS) {
      const { broker } = setup();
      const seen: Record<string, unknown[]> = { actor: [], other: [], topic: [], broadcasts: [], sent: [] };
      for (const [name, one] of [['actor', id], ['other', other]] as const) broker.spawn(one, (message) => void seen[name]!.push(message), { topics: ['t'] });
      broker.topic$('t').subscribe((message) => seen['topic']!.push(message));
      broker.broadcasts$.subscribe((message) => seen['broadcasts']!.push(message));
      onFirstSent(broker, () => sendAgain(broker, 'second'));
      broker.events$.subscribe((event) => event.kind === 'sent' && seen['sent']!.push(event.message));
      send(broker, 'first');
      for (const messages of Object.values(seen)) expect([...messages].sort()).toEqual(messages);
      // What is routed goes to one of the two.
      expect(new Set([...seen['actor']!, ...seen['other']!])).toEqual(new Set(['first', 'second']));
      const last = seen['topic']!.at(-1);
      if (last !== undefined && broker.retained('t') !== undefined) expect(broker.retained('t')).toBe(last);
      expectConserved(broker.metrics());
    }
  });

  it('finds its place taken by that message (M1)', () => {
    const { broker, letters } = setup();
    broker.register(id, Mailbox.bounded<any>(1));
    let second: unknown;
    onFirstSent(broker, () => (second = broker.trySend(id, 'second')));
    expect(broker.trySend(id, 'first')).toEqual({ ok: true });
    expect(second).toMatchObject({ code: 'MailboxFull' });
    expect(letters).toMatchObject([{ message: 'second' }]);
  });

  it('sees it counted as pending, and changes nothing by looking (O1, O2)', () => {
    const { broker } = setup();
    const kinds: string[] = [];
    broker.spawn(id, () => {});
    broker.events$.subscribe(({ kind }) => {
      kinds.push(kind);
      if (kind === 'sent') expect(broker.metrics()).toMatchObject({ totalSent: 1, pending: 1 });
    });
    broker.trySend(id, 0);
    expect(kinds).toEqual(['sent', 'delivered', 'settled']);
  });
});

type Deed = (broker: InMemoryMessageBroker, registration: Registration, mailbox: Mailbox) => unknown;

describe('what is half way when something is done', () => {
  const box = actorId<any>('box');

  /**
   * A broadcast of which somebody is told and does `work`, which has it queued everywhere first. There it pushes out a message whose caller
   * does `meanwhile`, in the middle of it.
   */
  function inBetween(work: Deed, meanwhile: Deed) {
    const { broker } = setup();
    const full = actorId<any>('full');
    broker.register(full, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }));
    const mailbox = Mailbox.bounded<any>(2);
    broker.register(box, mailbox);
    const ends: unknown[] = [];
    const registration = broker.spawn(other, { receive: () => NEVER, onStop: (reason) => void ends.push(reason) });
    let times = 0;
    broker.send(full, 'in the way').subscribe({
      error: () => {
        times++;
        meanwhile(broker, registration, mailbox);
      },
    });
    let outcome: unknown;
    broker.events$.pipe(filter((event) => event.kind === 'sent' && event.message === 'all'), take(1)).subscribe(() => {
      try {
        outcome = work(broker, registration, mailbox);
      } catch (error) {
        outcome = error;
      }
    });
    broker.tryBroadcast('all', (one) => one !== third && one !== box);
    expect(times).toBe(1);
    expectConserved(broker.metrics());
    expect(broker.metrics().registeredActors).toBe(broker.registeredCount());
    return { broker, outcome, ends, mailbox };
  }

  it('is looked at first: an id is taken meanwhile (R1)', () => {
    const register = (broker: InMemoryMessageBroker): unknown => broker.register(third, Mailbox.bounded(1));
    const { outcome, broker } = inBetween(register, register);
    expect(outcome).toMatchObject({ code: 'AlreadyRegistered' });
    expect(broker.registeredCount()).toBe(4);
  });

  it('is looked at first: an actor ends meanwhile (R1, R2)', () => {
    const unregister = (broker: InMemoryMessageBroker): unknown => broker.unregister(other);
    expect(inBetween(unregister, unregister).outcome).toMatchObject({ code: 'NotFound' });
    expect(inBetween((broker) => broker.bind('t', other), unregister).outcome).toMatchObject({ code: 'NotFound' });
  });

  it('is looked at first: a registration ends meanwhile (R1)', () => {
    const unsubscribe: Deed = (_, registration) => registration.unsubscribe();
    const { broker, ends } = inBetween(unsubscribe, unsubscribe);
    expect(broker.isRegistered(other)).toBe(false);
    expect(ends).toEqual(['unregistered']);
  });

  it('is looked at first: a seat is taken meanwhile (M6)', () => {
    let mailbox: Mailbox | undefined;
    const receive = (broker: InMemoryMessageBroker): unknown => {
      if (mailbox === undefined) broker.register(third, (mailbox = Mailbox.bounded<any>(1)));
      return mailbox.receive(() => {});
    };
    expect(inBetween(receive, receive).outcome).toMatchObject({ code: 'AlreadyRegistered' });
  });

  it('is looked at first: a mailbox or the broker is closed meanwhile (M6, §7)', async () => {
    const mailbox = Mailbox.bounded<any>(1);
    const stops: unknown[] = [];
    mailbox.receive({ receive: () => {}, onStop: (reason) => void stops.push(reason) });
    inBetween(() => mailbox.complete(), () => mailbox.error('meanwhile'));
    expect(stops).toEqual([]);
    let first: unknown;
    const { outcome } = inBetween((broker) => broker.close(), (broker) => (first = broker.close()));
    expect(outcome).toBe(first);
    await outcome;
  });

  it.each<[string, Deed]>([
    ['to another id', (broker, _, mailbox) => (broker.unregister(box), broker.register(third, mailbox))],
    ['to another broker', (broker, _, mailbox) => (broker.unregister(box), setup().broker.register(box, mailbox))],
  ])('has its target gone when it comes: a message goes to no mailbox that lives elsewhere (R2): %s', (_, move) => {
    for (const send of [(broker: InMemoryMessageBroker) => broker.trySend(box, 'x'), (broker: InMemoryMessageBroker) => watchFor(broker.send(box, 'x'))]) {
      const { outcome, mailbox } = inBetween(send, move);
      const { code } = 'error' in (outcome as object) ? ((outcome as { error: { code: string } }).error) : { code: undefined };
      expect(code).toBe('ActorNotFound');
      expect(mailbox.size).toBe(0);
    }
  });

  it('is looked at first: a target goes meanwhile (R3)', () => {
    const { outcome } = inBetween(
      (broker) => watchFor(broker.broadcastFilter('asked', (one) => one === other, { timeout: Infinity })),
      (broker) => broker.unregister(other),
    );
    expect(outcome).toMatchObject({ values: [], completed: true });
  });

  it('comes before what is done by whoever hears what it pushes out, also in the middle of that (R4, M3)', () => {
    const { broker } = setup();
    const ids = [id, other, third] as const;
    const mailboxes = ids.map((one) => {
      const mailbox = Mailbox.bounded<any>(2, { overflow: 'drop-oldest' });
      broker.register(one, mailbox);
      return mailbox;
    });
    broker.send(id, 'old').subscribe({ error: () => broker.trySend(id, 'told by the first') });
    broker.send(other, 'old').subscribe({ error: () => broker.trySend(third, 'told by the second') });
    for (const one of [id, other]) broker.trySend(one, 'stays');
    broker.tryBroadcast('cast');
    const got: unknown[] = [];
    mailboxes[2]?.receive((message) => void got.push(message));
    expect(got).toEqual(['cast', 'told by the second']);
    expectConserved(broker.metrics());
  });

  it('comes first however often something was half way before (R4)', () => {
    const { broker } = setup();
    const got: unknown[] = [];
    broker.spawn(id, () => {});
    broker.spawn(other, (message) => void got.push(message));
    broker.events$.subscribe((event) => {
      if (event.kind === 'sent' && event.target === id) broker.trySend(other, 'nested');
    });
    for (let n = 0; n < 100; n++) broker.tryBroadcast('cast');
    expect(got).toEqual(Array.from({ length: 100 }, () => ['cast', 'nested']).flat());
  });

  it('is queued without end of the stack, where what each target pushes out sets something off (M7, R4)', () => {
    const { broker } = setup();
    const targets = Array.from({ length: 5_000 }, (_, n) => actorId<any>(`target ${n}`));
    for (const target of targets) broker.register(target, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }));
    let reactions = 0;
    broker.register(id, Mailbox.unbounded());
    for (const target of targets) broker.send(target, 'old', { timeout: Infinity }).subscribe({ error: () => (reactions++, broker.trySend(id, 'one is out')) });
    expect(broker.tryBroadcast('cast', (one) => one !== id)).toBe(5_000);
    expect(reactions).toBe(5_000);
    expect(broker.metrics()).toMatchObject({ pending: 10_000, totalFailed: 5_000 });
  });

  it('is called off for good, also while its caller is told so (S3)', () => {
    const { broker, letters } = setup();
    const got: unknown[] = [];
    const failures: unknown[] = [];
    broker.spawn(id, (message) => void got.push(message));
    const controller = new AbortController();
    broker.events$.subscribe((event) => {
      if (event.kind === 'sent' && event.message === 'asked') controller.abort('no more');
      if (event.kind === 'failed') failures.push(event.code);
    });
    const errors: unknown[] = [];
    broker.send(id, 'asked', { signal: controller.signal }).subscribe({
      error: (error: unknown) => {
        errors.push(error);
        broker.trySend(id, 'sent meanwhile');
      },
    });
    expect(errors).toEqual(['no more']);
    expect(got).toEqual(['sent meanwhile']);
    expect(failures).toEqual(['Cancelled']);
    expect(letters).toEqual([]);
    expectConserved(broker.metrics());
    expect(broker.metrics()).toMatchObject({ openRequests: 0, inFlight: 0 });
  });
});

describe('a mailbox whose actor has just ended', () => {
  it('leaves what it took in while that stopped, and takes what comes after that (R2)', () => {
    const { broker, letters } = setup();
    const got: unknown[] = [];
    const mailbox = Mailbox.bounded<any>(5);
    mailbox.receive({ receive: (message) => void got.push(message), onStop: () => mailbox.next('while it stops') });
    broker.register(id, mailbox);
    broker.watch(id).subscribe(() => mailbox.next('after that'));
    broker.unregister(id);
    expect(got).toEqual(['after that']);
    expect(letters).toMatchObject([{ message: 'while it stops', reason: 'ActorNotFound' }]);
    expectConserved(broker.metrics());
  });
});

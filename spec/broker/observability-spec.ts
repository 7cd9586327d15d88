import { type BrokerEvent, type BrokerMetrics, DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { toDeadLetters, toMetrics } from 'rx-broker/operators';
import { NEVER, Subject, VirtualTimeScheduler, filter, of, queueScheduler, takeUntil } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { expectConserved, setup, virtually, watchFor } from './setup';

const id = actorId<any>('actor');
const other = actorId<any>('other');

describe('events$', () => {
  it('tells that a message is queued before it is handed on, also where a scheduler gives its time at once (O1, D3)', () => {
    const { broker } = setup({ dispatcher: queueScheduler });
    const mailbox = Mailbox.bounded<any>(4);
    broker.register(id, mailbox);
    mailbox.receive(() => {});
    const pressure = watchFor(mailbox.pressure$);
    const events: unknown[] = [];
    broker.events$.subscribe((event) => events.push([event.kind, (event as { message?: unknown }).message]));
    broker.trySend(id, 'hi');
    expect(events).toEqual([
      ['sent', 'hi'],
      ['queued', 'hi'],
      ['delivered', 'hi'],
      ['settled', 'hi'],
    ]);
    expect(pressure.values).toEqual([0, 0.25, 0]);
  });

  it('says of what is sent whether it is a part of a broadcast (O1)', () => {
    const { broker } = setup();
    const id = actorId<any>('listens');
    broker.spawn(id, () => {}, { topics: ['t'] });
    const said: unknown[] = [];
    broker.events$.subscribe((event) => {
      if (event.kind === 'sent') said.push([event.message, event.broadcast]);
    });
    broker.trySend(id, 'told');
    broker.trySend(id, 'told with headers', { headers: { h: '1' } });
    broker.send(id, 'asked').subscribe();
    broker.send(id, 'asked with headers', { headers: { h: '1' } }).subscribe();
    broker.sendWithRouting({ topic: 't' }, 'routed').subscribe();
    broker.publish('t', 'published');
    broker.tryBroadcast('told to all');
    broker.broadcast('asked of all').subscribe();
    broker.broadcast('asked of all with headers', { headers: { h: '1' } }).subscribe();
    const all = ['told to all', 'asked of all', 'asked of all with headers'];
    const one = ['told', 'told with headers', 'asked', 'asked with headers', 'routed', 'published'];
    expect(said).toEqual([...one.map((message) => [message, false]), ...all.map((message) => [message, true])]);
  });

  it('is what metrics() can be counted from, at every event (O1)', async () => {
    const { broker } = setup();
    let counted: BrokerMetrics | undefined;
    let checks = 0;
    broker.events$.pipe(toMetrics()).subscribe((metrics) => {
      checks++;
      const { avgRoutingLatencyNs: _counted, ...own } = metrics;
      const { avgRoutingLatencyNs: _measured, ...asked } = broker.metrics();
      expect(own).toEqual(asked);
      expectConserved(metrics);
      counted = metrics;
    });
    const mailbox = Mailbox.bounded<string>(2, { overflow: 'block', maxWaiting: 1 });
    broker.register(id, mailbox);
    broker.spawn(other, (how) => {
      if (how === 'throw') throw new Error('no');
      if (how === 'never') return NEVER;
      if (how === 'nested') broker.trySend(id, 'nested');
      return of(1, 2);
    }, { turnTimeout: 50_000 });
    broker.trySend(other, 'x');
    broker.trySend(other, 'throw');
    broker.send(other, 'nested').subscribe();
    broker.send(other, 'throw').subscribe({ error: () => {} });
    const waiting = ['q', 'w', 'refused'].map((message) => broker.send(id, message).subscribe({ error: () => {} }));
    waiting[1]?.unsubscribe();
    broker.send(id, 'w2').subscribe({ error: () => {} });
    broker.broadcast('all').subscribe();
    broker.tryBroadcast('all');
    broker.publish('t', 1);
    broker.bind('t', other);
    broker.publish('t', 1);
    broker.sendWithRouting({ topic: 'no.route' }, 1).subscribe({ error: () => {} });
    const running = broker.send(other, 'never').subscribe();
    broker.trySend(actorId('nobody'), 1);
    running.unsubscribe();
    mailbox.receive(() => {});
    broker.unregister(id);
    await broker.close({ drain: false });
    expect(checks).toBeGreaterThan(60);
    expect(counted).toMatchObject({ registeredActors: 0, pending: 0, inFlight: 0, openRequests: 0 });
    expect(counted?.totalSent).toBe(broker.metrics().totalSent);
  });

  it('tells what a mailbox brings along when it is registered (O1, M6)', () => {
    const { broker } = setup();
    let counted: BrokerMetrics | undefined;
    broker.events$.pipe(toMetrics()).subscribe((metrics) => (counted = metrics));
    const mailbox = Mailbox.bounded<string>(5);
    const reply = new Subject<void>();
    mailbox.receive((name) => (name === 'runs' ? reply : undefined) as never);
    mailbox.next('runs');
    mailbox.next('queued');
    broker.register(id, mailbox);
    expect(counted).toMatchObject({ totalSent: 2, inFlight: 1, pending: 1 });
    expect({ ...counted, avgRoutingLatencyNs: 0 }).toEqual({ ...broker.metrics(), avgRoutingLatencyNs: 0 });
    reply.complete();
    expect({ ...counted, avgRoutingLatencyNs: 0 }).toEqual({ ...broker.metrics(), avgRoutingLatencyNs: 0 });
    expect(counted).toMatchObject({ totalSucceeded: 2, inFlight: 0, pending: 0 });
  });

  it('tells what a mailbox did here, and nothing of what it did before, between and after (O1, O2)', () => {
    const { broker } = setup();
    let counted: BrokerMetrics | undefined;
    broker.events$.pipe(toMetrics()).subscribe((metrics) => (counted = metrics));
    const same = (delivered: number): void => {
      const { avgRoutingLatencyNs: _, ...own } = broker.metrics();
      expect(counted).toMatchObject(own);
      expect(own.totalDelivered).toBe(delivered);
      expectConserved(broker.metrics());
    };
    const mailbox = Mailbox.bounded<string>(5, { concurrency: 2 });
    mailbox.receive({ receive: (name) => (name === 'open' ? NEVER : undefined) as never, onStop: () => mailbox.next('while it stops') });
    mailbox.next('before');
    mailbox.next('open');
    const first = broker.register(id, mailbox);
    same(1);
    broker.trySend(id, 'here');
    same(2);
    first.unsubscribe();
    same(3);
    mailbox.next('alone');
    broker.register(id, mailbox);
    broker.trySend(id, 'here again');
    broker.unregister(id);
    mailbox.next('after');
    same(5);
  });

  it('counts alike whether or not anyone listens (O1)', () => {
    const run = (observed: boolean): BrokerMetrics => {
      const broker = new InMemoryMessageBroker({ logDeadLetters: false });
      if (observed) broker.events$.subscribe();
      broker.register(id, Mailbox.bounded(1));
      broker.spawn(other, (n: number) => {
        if (n > 2) throw new Error('no');
        broker.trySend(id, n);
      });
      for (let n = 0; n < 5; n++) {
        broker.trySend(other, n);
        broker.tryBroadcast(n);
        broker.send(id, n).subscribe({ error: () => {} });
      }
      return { ...broker.metrics(), avgRoutingLatencyNs: 0 };
    };
    expect(run(true)).toEqual(run(false));
    expect(run(true).totalDeadLettered).toBeGreaterThan(0);
  });

  it('holds the dead letters (O1)', () => {
    const { broker, letters } = setup();
    const derived = watchFor(broker.events$.pipe(toDeadLetters()));
    broker.trySend(id, 1);
    broker.trySend(id, 2);
    expect(derived.values).toEqual(letters);
    expect(letters).toHaveLength(2);
  });

  it('tells of dead letters in the order of deadLetters$, whatever their observers set off (O1, D2)', () => {
    const { broker, letters } = setup();
    broker.spawn(id, (message) => void broker.trySend(other, message));
    broker.events$.pipe(toDeadLetters()).subscribe(({ message }) => message === 0 && broker.trySend(id, 1));
    const derived = watchFor(broker.events$.pipe(toDeadLetters()));
    broker.trySend(other, 0);
    expect(letters.map(({ message }) => message)).toEqual([0, 1]);
    expect(derived.values).toEqual(letters);
  });

  it('makes no letter of a failure that the observer of one causes, but counts and tells it (O4)', () => {
    const { broker, letters } = setup();
    broker.events$.pipe(toDeadLetters()).subscribe((letter) => void broker.trySend(other, letter));
    const failed = watchFor(broker.events$.pipe(filter(({ kind }) => kind === 'failed')));
    broker.trySend(id, 0);
    broker.trySend(id, 1);
    expect(letters.map(({ message }) => message)).toEqual([0, 1]);
    expect(failed.values).toHaveLength(4);
    expect(broker.metrics()).toMatchObject({ totalFailed: 4, totalDeadLettered: 2 });
  });

  it('gives a message one id at all its stages', () => {
    const { broker } = setup();
    const events: BrokerEvent[] = [];
    broker.events$.subscribe((event) => events.push(event));
    const mailbox = Mailbox.bounded<string>(1, { overflow: 'drop-oldest' });
    broker.register(id, mailbox);
    broker.trySend(id, 'evicted', { priority: 'low' });
    broker.trySend(id, 'kept');
    mailbox.receive(() => {});
    const stages = (message: string) =>
      events.filter((event) => 'message' in event && event.message === message).map((event) => [event.kind, (event as { id: string }).id]);
    const [first] = stages('evicted');
    expect(stages('evicted')).toEqual([
      ['sent', first?.[1]],
      ['queued', first?.[1]],
      ['failed', first?.[1]],
    ]);
    expect(stages('kept').map(([kind]) => kind)).toEqual(['sent', 'queued', 'delivered', 'settled']);
    expect(new Set(stages('kept').map(([, messageId]) => messageId)).size).toBe(1);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'dead-lettered', letter: expect.objectContaining({ id: first?.[1], priority: 'low' }) }));
  });

  it('says whether a sender waits, and when the broker closes', async () => {
    const { broker } = setup();
    const events: BrokerEvent[] = [];
    broker.events$.subscribe((event) => events.push(event));
    const mailbox = Mailbox.bounded<string>(1, { overflow: 'block' });
    broker.register(id, mailbox);
    broker.trySend(id, '1');
    broker.send(id, '2').subscribe();
    mailbox.receive(() => {});
    await broker.close();
    expect(events.filter(({ kind }) => kind === 'queued')).toMatchObject([{ waiting: false }, { waiting: true }]);
    expect(events.at(-1)).toMatchObject({ kind: 'closed' });
    expect(events.at(-1)).not.toHaveProperty('id');
  });
});

describe('metrics', () => {
  it('add up at every instant, also inside a handler and an observer (O2)', () => {
    const { broker } = setup();
    const check = (): void => expectConserved(broker.metrics());
    broker.deadLetters$.subscribe(check);
    broker.spawn(other, (n: number) => {
      check();
      if (n > 0) broker.trySend(other, n - 1);
      broker.trySend(actorId('nobody'), n);
      check();
      return n;
    });
    broker.send(other, 5).subscribe(check);
    check();
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 6, failedBy: { ActorNotFound: 6 } });
  });

  it('count the turn on the stack as in flight, and its ask as open (O2)', () => {
    const { broker } = setup();
    let inside: unknown;
    broker.spawn(id, () => void (inside = broker.metrics()));
    broker.send(id, 0).subscribe();
    expect(inside).toMatchObject({ totalSent: 1, totalDelivered: 1, inFlight: 1, openRequests: 1, totalSucceeded: 0 });
    expect(broker.metrics()).toMatchObject({ inFlight: 0, openRequests: 0, totalSucceeded: 1 });
  });

  it('count a broadcast once for each target (O2)', () => {
    const { broker } = setup();
    broker.spawn(id, () => {});
    broker.spawn(other, () => {});
    broker.tryBroadcast(1);
    broker.broadcast(1).subscribe();
    expect(broker.metrics()).toMatchObject({ totalSent: 4, totalDelivered: 4 });
  });

  it('know the mean routing latency, 0 before the first sample (O5)', () => {
    const { broker } = setup();
    expect(broker.metrics().avgRoutingLatencyNs).toBe(0);
    broker.spawn(id, () => {});
    for (let i = 0; i < 2_000; i++) broker.trySend(id, i);
    const { avgRoutingLatencyNs } = broker.metrics();
    expect(avgRoutingLatencyNs).toBeGreaterThanOrEqual(0);
    expect(Number.isFinite(avgRoutingLatencyNs)).toBe(true);
    const asked = setup().broker;
    asked.spawn(id, () => {});
    const { now } = performance;
    let reading = 0;
    performance.now = () => (reading += 0.002);
    asked.send(id, 0).subscribe();
    performance.now = now;
    expect(asked.metrics().avgRoutingLatencyNs).toBeCloseTo(2_000);
  });

  it('know an ask that was left open as one, also to who comes to observe it then (O1)', () => {
    const { broker } = setup();
    const reply = new Subject<void>();
    broker.spawn(id, (first) => (first ? undefined : reply));
    // An actor's first message may be timed, and has a record from the start.
    broker.trySend(id, true);
    broker.send(id, false).subscribe();
    const asked: boolean[] = [];
    broker.events$.subscribe((event) => event.kind === 'settled' && asked.push(event.asked));
    reply.complete();
    expect(asked).toEqual([true]);
  });

  it('know an ask that was cancelled while it was on the stack as one, also to who came to observe it there (O1)', () => {
    const { broker } = setup();
    const asked: boolean[] = [];
    const stop = new Subject<void>();
    broker.spawn(id, (first) => {
      if (first) return;
      broker.events$.subscribe((event) => event.kind === 'settled' && asked.push(event.asked));
      stop.next();
    });
    broker.trySend(id, true);
    broker.send(id, false).pipe(takeUntil(stop)).subscribe();
    expect(asked).toEqual([true]);
  });

  it('come as a stream: at once, then every interval, with no timer left behind (metrics$)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler, metricsInterval: 100 });
    broker.spawn(id, () => {});
    const seen = watchFor(broker.metrics$);
    broker.trySend(id, 0);
    scheduler.maxFrames = 250;
    scheduler.flush();
    expect(seen.values.map((metrics) => (metrics as BrokerMetrics).totalSent)).toEqual([0, 1, 1]);
    seen.subscription.unsubscribe();
    scheduler.maxFrames = Infinity;
    scheduler.flush();
    expect(seen.values).toHaveLength(3);
  });
});

describe('dead letters that nobody observes', () => {
  const flood = (broker: InMemoryMessageBroker, count: number): void => {
    for (let i = 0; i < count; i++) broker.trySend(id, i);
  };

  it('are logged: the first 10, then counted (O3)', async () => {
    const lines: string[] = [];
    const broker = new InMemoryMessageBroker({ logger: { warn: (line) => lines.push(line) } });
    flood(broker, 25);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatch(/'actor'.*ActorNotFound.*deadLetters\$/);
    // The last one says that no more are to come.
    expect(lines.map((line) => /only counted/.test(line))).toEqual([...new Array<boolean>(9).fill(false), true]);
    await broker.close();
    expect(lines[10]).toMatch(/15 further/);
    expect(broker.metrics().totalDeadLettered).toBe(25);
  });

  it('are counted in one line every 5 minutes (O3)', () => {
    const scheduler = new VirtualTimeScheduler();
    const lines: string[] = [];
    const broker = new InMemoryMessageBroker({ scheduler, logger: (line) => lines.push(line) });
    flood(broker, 10);
    lines.length = 0;
    for (let minute = 0; minute < 11; minute++) scheduler.schedule(() => flood(broker, 1), minute * 60_000);
    scheduler.flush();
    expect(lines).toEqual(['rx-broker: 6 further dead letters.', 'rx-broker: 5 further dead letters.']);
  });

  it('are counted as often when they are rare after a flood (O3)', () => {
    const scheduler = new VirtualTimeScheduler();
    const lines: unknown[] = [];
    const broker = new InMemoryMessageBroker({ scheduler, logger: (line) => lines.push([scheduler.now(), line]) });
    flood(broker, 10);
    lines.length = 0;
    const minute = 60_000;
    for (let ms = 0; ms < 5_000; ms++) scheduler.schedule(() => flood(broker, 1), ms);
    scheduler.schedule(() => flood(broker, 5_000), 5_000);
    for (let n = 1; n <= 11; n++) scheduler.schedule(() => flood(broker, 1), n * minute);
    scheduler.flush();
    expect(lines).toEqual([
      [5 * minute, 'rx-broker: 10005 further dead letters.'],
      [10 * minute, 'rx-broker: 5 further dead letters.'],
    ]);
  });

  it('are logged to the console where no logger is given (O3)', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    flood(new InMemoryMessageBroker(), 1);
    const { calls } = warn.mock;
    warn.mockRestore();
    expect(calls).toEqual([[expect.stringContaining('ActorNotFound'), expect.objectContaining({ target: 'actor', message: 0 })]]);
  });

  it('can be logged otherwise, or not at all', () => {
    const lines: string[] = [];
    const logger = (line: string): void => void lines.push(line);
    flood(new InMemoryMessageBroker({ logger, logDeadLetters: { first: 2, interval: Infinity } }), 100);
    expect(lines).toHaveLength(2);
    flood(new InMemoryMessageBroker({ logger, logDeadLetters: false }), 100);
    expect(lines).toHaveLength(2);
  });

  it('are not logged while somebody listens, or keeps them', () => {
    const lines: string[] = [];
    const logger = (line: string): void => void lines.push(line);
    const observed = new InMemoryMessageBroker({ logger });
    observed.deadLetters$.subscribe();
    flood(observed, 3);
    flood(new InMemoryMessageBroker({ logger }).withDeadLetterQueue(new DeadLetterQueue()), 3);
    const watched = new InMemoryMessageBroker({ logger });
    watched.events$.subscribe();
    flood(watched, 3);
    expect(lines).toEqual([]);
  });

  it('stop nothing when the logger throws', () => {
    const broker = new InMemoryMessageBroker({ logger: () => { throw new Error('disk full'); } });
    expect(() => flood(broker, 3)).not.toThrow();
  });

  it('read the clock rarely in a flood', () => {
    let readings = 0;
    const scheduler: any = { now: () => readings++ * 0, schedule: () => ({ unsubscribe: () => {} }) };
    flood(new InMemoryMessageBroker({ scheduler, logger: () => {} }), 100_000);
    expect(readings).toBeLessThan(200);
  });
});

describe('DeadLetterQueue', () => {
  const withQueue = (capacity?: number) => {
    const queue = new DeadLetterQueue(capacity === undefined ? {} : { capacity });
    const broker = new InMemoryMessageBroker().withDeadLetterQueue(queue);
    return { queue, broker };
  };

  it('keeps capacity letters, evicts the oldest and counts it (O4)', () => {
    const { queue, broker } = withQueue(3);
    for (let i = 0; i < 5; i++) broker.trySend(id, i);
    expect(queue.letters().map(({ message }) => message)).toEqual([2, 3, 4]);
    expect(queue).toMatchObject({ size: 3, evicted: 2, capacity: 3 });
    expect(new DeadLetterQueue().capacity).toBe(1_000);
    expect(() => new DeadLetterQueue({ capacity: 0 })).toThrow(RangeError);
    expect(() => new DeadLetterQueue(100 as never)).toThrow('options must be an object, got 100');
    expect(() => new DeadLetterQueue(null as never)).toThrow('options must be an object, got null');
    expect(() => broker.withDeadLetterQueue({} as never)).toThrow(/DeadLetterQueue/);
  });

  it('sends them again with one more attempt (O4)', () => {
    const { queue, broker } = withQueue();
    broker.trySend(id, 'x', { priority: 'high', headers: { trace: '1' } });
    const got: unknown[] = [];
    const redelivered$ = queue.redeliver();
    expect(watchFor(redelivered$).values).toMatchObject([{ ok: false, code: 'ActorNotFound' }]);
    expect(queue.letters()).toMatchObject([{ attempts: 2, reason: 'ActorNotFound' }]);
    broker.spawn(id, (message, { envelope: { attempt, priority, headers } }) => void got.push([message, attempt, priority, headers]));
    const seen = watchFor(redelivered$);
    expect(seen.values).toMatchObject([{ letter: { attempts: 2 }, ok: true }]);
    expect(seen.completed).toBe(true);
    expect(got).toEqual([['x', 3, 'high', { trace: '1' }]]);
    expect(queue.size).toBe(0);
  });

  it('leaves asked letters alone, unless the filter takes them (O4)', () => {
    const { queue, broker } = withQueue();
    broker.send(id, 'asked').subscribe({ error: () => {} });
    broker.trySend(id, 'told');
    const got: unknown[] = [];
    broker.spawn(id, (message) => void got.push(message));
    queue.redeliver().subscribe();
    expect(got).toEqual(['told']);
    queue.redeliver((letter) => letter.asked).subscribe();
    expect(got).toEqual(['told', 'asked']);
  });

  it('takes letters out atomically: what comes back is not sent again in the same go (O4)', () => {
    const { queue, broker } = withQueue();
    for (let i = 0; i < 3; i++) broker.trySend(id, i);
    expect(watchFor(queue.redeliver()).values).toHaveLength(3);
    expect(queue.letters().map(({ message, attempts }) => [message, attempts])).toEqual([
      [0, 2],
      [1, 2],
      [2, 2],
    ]);
  });

  it.each<[string, (queue: DeadLetterQueue, broker: InMemoryMessageBroker) => void, unknown[], unknown[]]>([
    ['a failing send', (_queue, broker) => void broker.trySend(other, 'new'), ['taken'], ['left', 'new']],
    ['another redeliver', (queue) => void queue.redeliver().subscribe(), [], ['left', 'taken']],
    ['a drain', (queue) => void queue.drain(), [], []],
    ['newer letters than there is room for', (_queue, broker) => [1, 2, 3].forEach((n) => broker.trySend(other, n)), ['taken'], [1, 2, 3]],
  ])('neither loses nor doubles a letter when the filter calls for %s (O4)', (_what, call, taken, left) => {
    const { queue, broker } = withQueue(4);
    for (const message of ['left', 'taken']) broker.trySend(id, message);
    let calls = 0;
    const redelivered = watchFor(queue.redeliver(({ message }) => {
      if (calls++ === 0) call(queue, broker);
      return message === 'taken';
    }));
    expect(redelivered.values.map((result) => (result as any).letter.message)).toEqual(taken);
    expect(queue.letters().map(({ message }) => message)).toEqual([...left, ...taken].slice(-4));
    expect(calls).toBe(2);
  });

  it('errors before anything is taken out when the filter throws (O4)', () => {
    const { queue, broker } = withQueue();
    broker.trySend(id, 0);
    const failure = new Error('filter');
    expect(watchFor(queue.redeliver(() => { throw failure; })).error).toBe(failure);
    expect(queue.size).toBe(1);
    expect(() => queue.redeliver('all' as never)).toThrow(/filter must be a function/);
  });

  it('routes again what had no route (O4)', () => {
    const { queue, broker } = withQueue();
    broker.sendWithRouting({ topic: 'work', priority: 'high' }, 'x').subscribe({ error: () => {} });
    expect(watchFor(queue.redeliver(() => true)).values).toMatchObject([{ ok: false, code: 'NoRoute' }]);
    expect(queue.letters()).toMatchObject([{ reason: 'NoRoute', attempts: 2, priority: 'high' }]);
    const got: unknown[] = [];
    broker.spawn(id, (message, { envelope }) => void got.push([message, envelope.topic, envelope.attempt]), { topics: ['work'] });
    expect(watchFor(queue.redeliver(() => true)).values).toMatchObject([{ ok: true }]);
    expect(got).toEqual([['x', 'work', 3]]);
  });

  it('accounts for every letter: made = stored + taken + evicted (O4)', () => {
    const { queue, broker } = withQueue(4);
    for (let i = 0; i < 7; i++) broker.trySend(id, i);
    const drained = queue.drain();
    expect(drained.map(({ message }) => message)).toEqual([3, 4, 5, 6]);
    broker.trySend(id, 7);
    queue.clear();
    expect(queue.size).toBe(0);
    expect(broker.metrics().totalDeadLettered).toBe(drained.length + queue.evicted + 1);
  });

  it('makes no letter of a failure caused from inside a letter’s observer, but counts and returns it (O4)', () => {
    const { queue, broker } = withQueue();
    const results: unknown[] = [];
    queue.letters$.subscribe(({ message }) => results.push(broker.trySend(id, `again ${message}`).ok));
    broker.deadLetters$.subscribe(() => results.push(broker.trySend(other, 'x').ok));
    broker.trySend(id, 1);
    expect(results).toEqual([false, false]);
    expect(queue.size).toBe(1);
    expect(broker.metrics()).toMatchObject({ totalDeadLettered: 1, failedBy: { ActorNotFound: 3 } });
  });

  it('serves two brokers, each with its own letters', async () => {
    const queue = new DeadLetterQueue();
    const [first, second] = [1, 2].map(() => new InMemoryMessageBroker().withDeadLetterQueue(queue)) as [InMemoryMessageBroker, InMemoryMessageBroker];
    const letters = watchFor(queue.letters$);
    first.trySend(id, 'first');
    second.trySend(id, 'second');
    const got: unknown[] = [];
    first.spawn(id, (message) => void got.push(message));
    queue.redeliver().subscribe();
    expect(got).toEqual(['first']);
    await second.close();
    expect(letters.completed).toBe(false);
    expect(watchFor(queue.redeliver()).values).toMatchObject([{ ok: false, code: 'BrokerClosed' }]);
    expect(queue.size).toBe(1);
    await first.close();
    expect(letters.completed).toBe(true);
    expect(letters.values).toHaveLength(3);
  });

  it('tells letters of two brokers in one order, and ends doing so (D2, O4)', () => {
    const queue = new DeadLetterQueue();
    const [first, second] = [1, 2].map(() => new InMemoryMessageBroker().withDeadLetterQueue(queue)) as [InMemoryMessageBroker, InMemoryMessageBroker];
    const seen: unknown[] = [];
    second.broadcasts$.subscribe((message) => seen.push(message));
    queue.letters$.subscribe(({ message }) => {
      seen.push(`A ${message}`);
      second.trySend(id, `${message}, second`);
      first.trySend(id, `${message}, first`);
      if (message !== 'x') second.tryBroadcast('told');
    });
    queue.letters$.subscribe(({ message }) => seen.push(`B ${message}`));
    first.trySend(id, 'x');
    expect(seen).toEqual(['A x', 'B x', 'A x, second', 'B x, second', 'told']);
    expect(queue.letters().map(({ message }) => message)).toEqual(['x', 'x, second']);
  });

  it('gets what its broker refuses when it has closed, and nothing of that is logged (O3)', async () => {
    const queue = new DeadLetterQueue();
    const lines: string[] = [];
    const broker = new InMemoryMessageBroker({ logger: (line) => lines.push(line), logDeadLetters: { first: 2 } }).withDeadLetterQueue(queue);
    const letters = watchFor(queue.letters$);
    await broker.close();
    for (let i = 0; i < 5; i++) broker.trySend(id, i);
    expect(queue.letters().map(({ message, reason }) => [message, reason])).toEqual([0, 1, 2, 3, 4].map((n) => [n, 'BrokerClosed']));
    expect(letters).toMatchObject({ values: [], completed: true });
    expect(lines).toEqual([]);
  });

  it('completes at once when it is attached to a broker that has closed, and still gets what that refuses', async () => {
    const queue = new DeadLetterQueue();
    const broker = new InMemoryMessageBroker();
    await broker.close();
    broker.withDeadLetterQueue(queue);
    broker.trySend(id, 0);
    expect(watchFor(queue.letters$)).toMatchObject({ values: [], completed: true });
    expect(queue.size).toBe(1);
  });

  it('is attached once, however often it is given', async () => {
    const { queue, broker } = withQueue();
    const letters = watchFor(queue.letters$);
    broker.withDeadLetterQueue(queue);
    broker.trySend(id, 0);
    expect(queue.size).toBe(1);
    expect(letters.values).toHaveLength(1);
    await broker.close();
    expect(letters.completed).toBe(true);
    broker.withDeadLetterQueue(queue);
    broker.trySend(id, 1);
    expect(queue.size).toBe(2);
  });

  it.each<[string, (broker: InMemoryMessageBroker, letter: unknown) => unknown]>([
    ['told', (broker, letter) => broker.trySend(other, letter)],
    ['told with headers', (broker, letter) => broker.trySend(other, letter, { headers: { of: 'a letter' } })],
    ['broadcast', (broker, letter) => broker.tryBroadcast(letter)],
    ['published', (broker, letter) => broker.publish('audit', letter)],
    ['asked', (broker, letter) => watchFor(broker.send(other, letter))],
  ])('makes no letter of what an observer of letters sends, whenever it fails: %s (O4)', (_, send) => {
    const { broker, letters } = setup();
    let audits = 0;
    broker.spawn(other, () => { audits++; throw new Error('the audit is down'); }, { topics: ['audit'] });
    broker.deadLetters$.subscribe((letter) => void send(broker, letter));
    broker.trySend(id, 'lost');
    expect(audits).toBe(1);
    expect(letters.map(({ message }) => message)).toEqual(['lost']);
    expect(broker.metrics()).toMatchObject({ totalErrored: 1, totalDeadLettered: 1, pending: 0 });
    // What others send makes one, as ever.
    broker.trySend(other, 'by others');
    expect(letters.map(({ message }) => message)).toEqual(['lost', 'by others']);
  });

  it('says of a message whether its turn had begun: by an error', async () => {
    const { broker, letters } = setup();
    broker.spawn(id, () => NEVER);
    broker.trySend(id, 'runs');
    broker.trySend(id, 'waits');
    await broker.close({ drain: false });
    expect(letters).toMatchObject([
      { message: 'waits', reason: 'BrokerClosed' },
      { message: 'runs', reason: 'BrokerClosed', error: { name: 'SendError', started: true } },
    ]);
    expect(letters[0]).not.toHaveProperty('error');
  });

  it('stops nothing when an observer throws', () => {
    virtually(() => {
      const { broker, letters } = setup();
      const boom = new Subject<unknown>();
      broker.deadLetters$.subscribe(boom);
      broker.trySend(id, 1);
      broker.trySend(id, 2);
      expect(letters).toHaveLength(2);
    });
  });
});

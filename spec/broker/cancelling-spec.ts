import { type ActorContext, type BrokerEvent, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, Observable, Subject, Subscriber, concat, of, take, takeUntil } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countFromEvents, deferred, setupStill as setup, watchFor } from './setup';

const id = actorId<any>('actor');
const other = actorId<any>('other');

describe('unsubscribing from a reply', () => {
  it('takes a queued message back, and its place is free (S3)', () => {
    const { broker, letters } = setup();
    const mailbox = Mailbox.bounded<number>(1);
    broker.register(id, mailbox);
    const asked = broker.send(id, 1).subscribe();
    expect(broker.trySend(id, 2).ok).toBe(false);
    asked.unsubscribe();
    expect(mailbox.size).toBe(0);
    expect(broker.trySend(id, 3).ok).toBe(true);
    const got: unknown[] = [];
    mailbox.receive((message) => void got.push(message));
    expect(got).toEqual([3]);
    expect(broker.metrics().failedBy.Cancelled).toBe(1);
    expect(letters.map(({ message }) => message)).toEqual([2]);
  });

  it('takes a waiting message back (S3)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(1, { overflow: 'block', maxWaiting: 2 });
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    const waiting = broker.send(id, 2).subscribe();
    const next = watchFor(broker.send(id, 3));
    waiting.unsubscribe();
    const got: unknown[] = [];
    mailbox.receive((message) => void got.push(message));
    expect(got).toEqual([1, 3]);
    expect(next.completed).toBe(true);
    expect(broker.metrics()).toMatchObject({ pending: 0, openRequests: 0, failedBy: { Cancelled: 1 } });
  });

  it('after the first value of a stream leaves alone what its turn has asked, since that has succeeded', () => {
    const { broker } = setup({ requestTimeout: Infinity });
    let signal: AbortSignal | undefined;
    broker.spawn(other, (_message, context) => {
      ({ signal } = context);
      return NEVER;
    });
    broker.spawn(id, (_message, context) => {
      context.send(other, 'goes on').subscribe();
      return concat(of(1), NEVER);
    });
    expect(watchFor(broker.send(id, 0).pipe(take(1))).values).toEqual([1]);
    expect(signal?.aborted).toBe(false);
    expect(broker.metrics()).toMatchObject({ openRequests: 1, inFlight: 1 });
  });

  it('gives the place to the first that waits, in the same step (S3, M2)', () => {
    const { broker } = setup({ requestTimeout: Infinity });
    broker.spawn(id, () => NEVER, { capacity: 1, overflow: 'block' });
    broker.trySend(id, 'runs');
    const queued = broker.send(id, 'queued').subscribe();
    broker.send(id, 'waits').subscribe();
    queued.unsubscribe();
    expect(broker.metrics()).toMatchObject({ pending: 1, failedBy: { Cancelled: 1 } });
    expect(broker.trySend(id, 'newcomer')).toMatchObject({ code: 'MailboxFull' });
  });

  it('takes back any number, at any place in the queue (S3)', () => {
    const { broker } = setup({ requestTimeout: Infinity });
    const mailbox = Mailbox.bounded<any>(1_000);
    broker.register(id, mailbox);
    broker.trySend(id, 'lives');
    const asked = Array.from({ length: 500 }, (_, n) => broker.send(id, n).subscribe());
    asked.slice(0, -1).forEach((subscription) => subscription.unsubscribe());
    const handled: unknown[] = [];
    mailbox.receive((message) => void handled.push(message));
    expect(handled).toEqual(['lives', 499]);
    expect(broker.metrics()).toMatchObject({ totalSent: 501, totalSucceeded: 2, failedBy: { Cancelled: 499 } });
  });

  it.each<[string, object | undefined]>([['plain', undefined], ['with options', { headers: {} }]])('aborts a running turn, whose late reply goes nowhere: %s (S3)', async (_, options) => {
    const { broker, letters } = setup();
    const gate = deferred();
    let signal!: AbortSignal;
    broker.spawn(id, (_message, context) => {
      signal = context.signal;
      return gate.promise;
    });
    const seen = watchFor(broker.send(id, 1, options));
    expect(signal.aborted).toBe(false);
    seen.subscription.unsubscribe();
    expect(signal).toMatchObject({ aborted: true, reason: { name: 'AbortError' } });
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, inFlight: 0, openRequests: 0 });
    gate.resolve('late');
    await gate.promise;
    expect(seen.values).toEqual([]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 0 });
    expect(letters).toEqual([]);
  });

  it('aborts the signal of that turn, and of no other of the same actor (S3)', () => {
    const { broker } = setup({ requestTimeout: Infinity });
    const contexts: ActorContext[] = [];
    broker.spawn(id, (_message, context) => {
      contexts.push(context);
      return NEVER;
    }, { concurrency: 2 });
    const [first] = [1, 2].map((n) => broker.send(id, n).subscribe());
    first!.unsubscribe();
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    // Read only afterwards, it says the same.
    expect(contexts[0]!.signal).toBe(contexts[0]!.signal);
  });

  it('does not abort the signal of a turn that is over (S3)', () => {
    const { broker } = setup();
    const signals: AbortSignal[] = [];
    broker.spawn(id, (_message, { signal }) => void signals.push(signal));
    const asked = [broker.send(id, 0).subscribe(), broker.broadcast(0).subscribe()];
    broker.tryBroadcast(0);
    for (const subscription of asked) subscription.unsubscribe();
    broker.unregister(id);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false, false]);
  });
});

describe('a message that waited for a place', () => {
  it('can be cancelled when it has got it (S3, M2)', () => {
    const { broker } = setup({ requestTimeout: Infinity });
    const mailbox = Mailbox.bounded<string>(1, { overflow: 'block' });
    broker.register(id, mailbox);
    const first = broker.send(id, 'first').subscribe();
    const second = broker.send(id, 'second').subscribe();
    first.unsubscribe();
    second.unsubscribe();
    expect(mailbox.size).toBe(0);
    expect(broker.metrics()).toMatchObject({ pending: 0, openRequests: 0, failedBy: { Cancelled: 2 } });
  });
});

const ENDS: readonly [string, (broker: InMemoryMessageBroker, leave: () => void) => void][] = [
  ['cancels its caller', (_broker, leave) => leave()],
  ['unregisters its own actor', (broker) => broker.unregister(id)],
];

describe('a handler that ends its own turn', () => {
  it.each(ENDS)('goes on to its end, with its signal quiet, when it %s (S3)', (_, end) => {
    const { broker } = setup();
    const leave = new Subject<void>();
    const signals: AbortSignal[] = [];
    const during: boolean[] = [];
    broker.spawn(id, (_message, { signal }) => {
      signals.push(signal);
      end(broker, () => leave.next());
      during.push(signal.aborted);
      return 'late';
    });
    const seen = watchFor(broker.send(id, 0).pipe(takeUntil(leave)));
    expect(during).toEqual([false]);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(seen.values).toEqual([]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 0, inFlight: 0, openRequests: 0 });
  });

  it.each(ENDS)('is aborted and not errored, though it throws when it %s (S3, M5)', (_, end) => {
    const { broker, letters } = setup();
    const leave = new Subject<void>();
    const outcomes: unknown[] = [];
    broker.events$.subscribe((event: BrokerEvent) => event.kind === 'settled' && outcomes.push(event.outcome));
    broker.spawn(id, () => {
      end(broker, () => leave.next());
      throw new Error('no');
    });
    broker.send(id, 0).pipe(takeUntil(leave)).subscribe({ error: () => {} });
    expect(outcomes).toEqual(['aborted']);
    expect(letters).toEqual([]);
  });

  it.each(ENDS)('has no stream subscribed to that it returned when it %s (S3)', (_, end) => {
    const { broker } = setup();
    const leave = new Subject<void>();
    let subscribed = 0;
    broker.spawn(id, () => {
      end(broker, () => leave.next());
      return new Observable(() => void subscribed++);
    });
    broker.send(id, 0).pipe(takeUntil(leave)).subscribe({ error: () => {} });
    expect(subscribed).toBe(0);
  });

  it('is aborted and not errored, though it throws, also where nobody observes and its mailbox has lost messages (S3, M5)', () => {
    const broker = new InMemoryMessageBroker({ logDeadLetters: false });
    const caller = new Subscriber<unknown>();
    const mailbox = Mailbox.bounded<string>(1);
    for (const n of ['queued', 'lost']) mailbox.next(n);
    const got: unknown[] = [];
    mailbox.receive((message) => {
      got.push(message);
      if (message !== 'asked') return;
      caller.unsubscribe();
      throw new Error('no');
    });
    broker.register(id, mailbox);
    broker.send(id, 'asked').subscribe(caller);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalErrored: 0, inFlight: 0, openRequests: 0 });
    broker.trySend(id, 'goes on');
    expect(got).toEqual(['queued', 'asked', 'goes on']);
  });

  it('ends by the first that it does: unregistered, then cancelled (S3)', () => {
    const { broker } = setup();
    const leave = new Subject<void>();
    const codes: unknown[] = [];
    broker.events$.subscribe((event: BrokerEvent) => event.kind === 'settled' && codes.push(event.code));
    broker.spawn(id, () => {
      broker.unregister(id);
      leave.next();
    });
    broker.send(id, 0).pipe(takeUntil(leave)).subscribe();
    expect(codes).toEqual(['ActorNotFound']);
  });

  it('by ending the turn that asked for it is aborted when it has returned (S3, M4)', () => {
    const { broker } = setup();
    const after: unknown[] = [];
    broker.spawn(other, () => {
      broker.unregister(id);
      after.push(broker.metrics().inFlight);
    });
    broker.spawn(id, (_message, context) => context.send(other, 0));
    expect(watchFor(broker.send(id, 0)).error).toMatchObject({ code: 'ActorNotFound' });
    expect(after).toEqual([1]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 2, totalErrored: 0, inFlight: 0, openRequests: 0 });
  });

  it('is told as aborted once, when both happen (S3)', () => {
    const { broker } = setup();
    const leave = new Subject<void>();
    const kinds: string[] = [];
    broker.spawn(id, () => {
      leave.next();
      broker.unregister(id);
    });
    broker.events$.subscribe(({ kind }) => kinds.push(kind));
    broker.send(id, 0).pipe(takeUntil(leave)).subscribe();
    expect(kinds).toEqual(['sent', 'delivered', 'settled', 'unregistered']);
  });
});

describe('a cancellation', () => {
  it.each([['idle', true], ['busy', false]])('while its sending is told stops the message: its actor is %s (S3, D0)', (_, isIdle) => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    const stop = new Subject<void>();
    const controller = new AbortController();
    let ran = 0;
    if (isIdle) broker.spawn(id, () => void ran++);
    else broker.register(id, Mailbox.bounded(5));
    broker.events$.subscribe((event) => {
      if (event.kind !== 'sent') return;
      if (event.message === 'aborts') controller.abort('why');
      else stop.next();
    });
    expect(watchFor(broker.send(id, 'aborts', { signal: controller.signal }))).toMatchObject({ values: [], error: 'why' });
    expect(watchFor(broker.send(id, 'leaves').pipe(takeUntil(stop)))).toMatchObject({ values: [], completed: true });
    expect(ran).toBe(0);
    expect(broker.metrics()).toMatchObject({ failedBy: { Cancelled: 2 }, pending: 0, openRequests: 0, totalSent: 2 });
    check();
  });

  it('of a broadcast by its own filter sends nothing (S3, D0)', () => {
    const { broker } = setup();
    const controller = new AbortController();
    const stop = new Subject<void>();
    broker.spawn(id, () => {});
    const abort = (): boolean => (controller.abort('why'), true);
    const leave = (): boolean => (stop.next(), true);
    expect(watchFor(broker.broadcastFilter(0, abort, { signal: controller.signal }))).toMatchObject({ values: [], error: 'why' });
    watchFor(broker.broadcastFilter(0, leave).pipe(takeUntil(stop)));
    expect(broker.metrics().totalSent).toBe(0);
  });

  it('before the subscription calls no filter and no router, and counts nothing (S3)', () => {
    let asked = 0;
    const { broker, letters } = setup({ router: { route: () => (asked++, id) } });
    broker.spawn(id, () => {}, { topics: ['t'] });
    const signal = AbortSignal.abort('why');
    const streams = [broker.send(id, 0, { signal }), broker.broadcastFilter(0, () => asked++ >= 0, { signal }), broker.sendWithRouting({ topic: 't' }, 0, { signal })];
    for (const stream of streams) expect(watchFor(stream)).toMatchObject({ errored: true, error: 'why' });
    expect([asked, letters, broker.metrics().totalSent]).toEqual([0, [], 0]);
  });

  it('of a broadcast during its first turn aborts that turn, and sends it to no other (S3, R3)', () => {
    const { broker, letters } = setup();
    const caller = new Subscriber<unknown>();
    broker.spawn(id, () => caller.unsubscribe());
    broker.spawn(other, () => {});
    broker.broadcast(0).subscribe(caller);
    expect(broker.metrics()).toMatchObject({ totalSent: 2, totalAborted: 1, totalSucceeded: 0, failedBy: { Cancelled: 1 }, openRequests: 0, inFlight: 0 });
    expect(letters).toEqual([]);
  });

  it('by another caller that is told of its end changes nothing: the message is over (S3, D0)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(2, { overflow: 'drop-oldest' });
    broker.register(id, mailbox);
    const evicted = broker.send(id, 'evicted').subscribe({ error: () => {} });
    broker.trySend(id, 'kept');
    broker.events$.subscribe(({ kind }) => kind === 'queued' && evicted.unsubscribe());
    broker.trySend(id, 'newcomer');
    expect(mailbox.size).toBe(2);
    expect(broker.metrics()).toMatchObject({ totalSent: 3, pending: 2, openRequests: 0, failedBy: { Dropped: 1, Cancelled: 0 } });
  });
});

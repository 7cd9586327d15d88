import { InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { EMPTY, NEVER, Observable, type Subscriber, Subject, concat, config, defer, finalize, firstValueFrom, of, range, take, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, macrotask, setupStill as setup, watchFor } from './setup';

const id = actorId<any>('actor');
const thenable = (value: unknown) => ({ then: (resolve: (value: unknown) => void) => resolve(value) });
const REPLIES: readonly [string, unknown, readonly unknown[]][] = [
  ['nothing', undefined, [undefined]],
  ['null', null, [null]],
  ['a number', 5, [5]],
  ['a text', 'text', ['text']],
  ['false', false, [false]],
  ['a bigint', 5n, [5n]],
  ['a symbol', Symbol.iterator, [Symbol.iterator]],
  ['a function', actorId, [actorId]],
  ['an array', [1, 2], [[1, 2]]],
  ['an object', { b: 1 }, [{ b: 1 }]],
  ['a thenable', thenable('later'), ['later']],
  ['a thenable of a thenable', thenable(thenable('at last')), ['at last']],
  ['a thenable function', Object.assign(() => 0, thenable('later')), ['later']],
  ['a stream', of(1, 2), [1, 2]],
  ['an empty stream', EMPTY, []],
  ['an object with Symbol.observable', { [(Symbol as never as { observable: symbol }).observable ?? '@@observable']: () => of(1, 2) }, [1, 2]],
];

describe('a reply', () => {
  it.each(REPLIES)('of %s is emitted, then completion (S2)', (_, reply, values) => {
    const { broker } = setup();
    broker.spawn(id, () => reply);
    // Directly, from a queue, and with a record of its own: three ways, one answer.
    expect(watchFor(broker.send(id, 0))).toMatchObject({ values, completed: true });
    expect(watchFor(broker.send(id, 0, { headers: {} }))).toMatchObject({ values, completed: true });
    const mailbox = Mailbox.bounded<any>(1);
    broker.register(actorId('queued'), mailbox);
    const queued = watchFor(broker.send(actorId<any>('queued'), 0));
    mailbox.receive(() => reply);
    expect(queued).toMatchObject({ values, completed: true });
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 3, inFlight: 0, openRequests: 0 });
  });

  it.each(REPLIES)('of %s is the result of a broadcast: of a stream its last value (S2, R3)', (_, reply, values) => {
    const { broker } = setup();
    broker.spawn(id, () => reply);
    const result = { actorId: id, ok: true, value: values.at(-1) };
    expect(watchFor(broker.broadcast(0))).toMatchObject({ values: [result], completed: true });
  });

  it('awaits a promise (S2)', async () => {
    const { broker } = setup();
    broker.spawn(id, () => Promise.resolve(5));
    await expect(firstValueFrom(broker.send(id, 0))).resolves.toBe(5);
  });

  it('settles once, though a thenable settles it three times (S2)', () => {
    const { broker } = setup();
    broker.spawn(id, () => ({
      then(fulfilled: (value: number) => void, rejected: (error: unknown) => void) {
        fulfilled(1);
        fulfilled(2);
        rejected(new Error('late'));
      },
    }));
    expect(watchFor(broker.send(id, 0))).toMatchObject({ values: [1], completed: true });
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 1, totalErrored: 0, inFlight: 0 });
  });

  it('fails with the error of reading or calling `then`, which is read once (S2)', () => {
    const { broker } = setup();
    let reads = 0;
    const getter = new Error('then getter');
    const call = new Error('then call');
    const hostile = { get then(): unknown { reads++; throw getter; } };
    broker.spawn(id, (which) => (which === 'getter' ? hostile : { then: () => { throw call; } }));
    expect(watchFor(broker.send(id, 'getter')).error).toBe(getter);
    expect(reads).toBe(1);
    expect(watchFor(broker.send(id, 'call')).error).toBe(call);
  });

  it("fails with the handler's own error, unchanged (S2)", () => {
    const { broker } = setup();
    const failure = { not: 'even an Error' };
    broker.spawn(id, () => { throw failure; });
    expect(watchFor(broker.send(id, 0)).error).toBe(failure);
  });

  it('belongs to its message: each caller gets its own (S2)', async () => {
    const { broker } = setup();
    const gates = [1, 2, 3].map(() => deferred());
    broker.spawn(id, (n: number) => gates[n]!.promise, { concurrency: 3 });
    const replies = [0, 1, 2].map((n) => firstValueFrom(broker.send(id, n)));
    for (const [n, value] of [[2, 'c'], [0, 'a'], [1, 'b']] as const) gates[n]!.resolve(value);
    await expect(Promise.all(replies)).resolves.toEqual(['a', 'b', 'c']);
  });

  it('is settled and counted before its value is emitted, so take(1) aborts nothing (S2)', async () => {
    const { broker } = setup();
    broker.spawn(id, (kind) => (kind === 'plain' ? 1 : Promise.resolve(2)));
    for (const options of [undefined, { headers: {} }]) {
      let counted: unknown;
      const before = broker.metrics().totalSucceeded;
      broker.send(id, 'plain', options).pipe(take(1)).subscribe(() => (counted = broker.metrics()));
      expect(counted).toMatchObject({ totalSucceeded: before + 1, inFlight: 0, openRequests: 0 });
      await firstValueFrom(broker.send(id, 'promise', options));
    }
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 4, totalAborted: 0, openRequests: 0 });
  });
});

describe('a streamed reply', () => {
  it('passes the values of a failing stream, then its very error (S2)', () => {
    const { broker } = setup();
    const failure = new Error('broken');
    broker.spawn(id, () => concat(of(1), throwError(() => failure)));
    expect(watchFor(broker.send(id, 0))).toMatchObject({ values: [1], error: failure });
    expect(broker.metrics()).toMatchObject({ totalErrored: 1 });
  });

  it('of one value succeeds for firstValueFrom, which leaves before its completion (S2)', async () => {
    const { broker } = setup();
    broker.spawn(id, () => of(1));
    await expect(firstValueFrom(broker.send(id, 0))).resolves.toBe(1);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 1, totalAborted: 0, inFlight: 0, openRequests: 0 });
  });

  it('without end is stopped by take(2), and succeeds: its caller has been served (S2)', () => {
    const { broker, letters } = setup();
    let made = 0;
    broker.spawn(id, () => new Observable<number>((subscriber) => {
      while (!subscriber.closed && made < 1_000) subscriber.next(made++);
    }));
    expect(watchFor(broker.send(id, 0).pipe(take(2))).values).toEqual([0, 1]);
    expect(made).toBe(2);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 1, totalAborted: 0, inFlight: 0 });
    expect(letters).toEqual([]);
  });

  it('that is left after a value is torn down, and succeeds; before one it is aborted (S2, S3)', () => {
    const { broker } = setup();
    const streams = [new Subject<number>(), new Subject<number>()];
    const outcomes: unknown[] = [];
    broker.events$.subscribe((event) => event.kind === 'settled' && outcomes.push([event.outcome, event.code]));
    broker.spawn(id, (n: number) => streams[n], { concurrency: 2 });
    const asks = [0, 1].map((n) => watchFor(broker.send(id, n)));
    streams[0]!.next(1);
    for (const { subscription } of asks) subscription.unsubscribe();
    expect(streams.map(({ observed }) => observed)).toEqual([false, false]);
    expect(outcomes).toEqual([['succeeded', undefined], ['aborted', 'Cancelled']]);
  });

  it('tells a caller that has left nothing more, so that RxJS has no stopped notification to report (S3)', async () => {
    const stopped: unknown[] = [];
    config.onStoppedNotification = (notification) => stopped.push(notification);
    const { broker } = setup();
    const source = new Subject<number>();
    const [asked, teller] = [actorId<any>('asked'), actorId<any>('teller')];
    broker.spawn(asked, () => source);
    broker.spawn(teller, () => [1, 2].forEach((n) => source.next(n)));
    const [one, none, queued] = [watchFor(broker.send(asked, 0).pipe(take(1))), watchFor(broker.send(asked, 1)), watchFor(broker.send(asked, 2))];
    broker.trySend(teller, 0);
    for (const { subscription } of [none, queued]) subscription.unsubscribe();
    await macrotask();
    config.onStoppedNotification = null;
    expect([one.values, stopped]).toEqual([[1], []]);
  });

  it('is told value by value, as it comes (S2, D0)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    const noisy = new Observable<number>((subscriber) => {
      for (const n of [1, 2]) {
        steps.push(`makes ${n}`);
        subscriber.next(n);
      }
      subscriber.complete();
    });
    broker.spawn(id, () => noisy);
    broker.send(id, 0).subscribe({ next: (n) => steps.push(`sees ${String(n)}`), complete: () => steps.push('complete') });
    expect(steps).toEqual(['makes 1', 'sees 1', 'makes 2', 'sees 2', 'complete']);
  });

  it('is told a value that another turn brings when that turn has returned (S2, D2)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    const source = new Subject<number>();
    broker.spawn(id, () => source);
    broker.send(id, 0).subscribe((n) => steps.push(`sees ${String(n)}`));
    broker.spawn(actorId<any>('other'), () => {
      source.next(1);
      steps.push('other ends');
    });
    broker.trySend(actorId<any>('other'), 0);
    expect(steps).toEqual(['other ends', 'sees 1']);
  });

  it('is torn down after its end was told, as by RxJS (S2)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    const source = new Subject<number>();
    broker.spawn(id, () => source.pipe(finalize(() => steps.push('teardown'))));
    broker.send(id, 0).subscribe({ next: () => steps.push('next'), complete: () => steps.push('complete') });
    source.next(1);
    source.complete();
    expect(steps).toEqual(['next', 'complete', 'teardown']);
  });

  it('is not subscribed to where its turn is ended before: a promise is awaited all the same, for the seat (S2, M4)', async () => {
    const { broker } = setup();
    let isSubscribed = false;
    const gate = deferred();
    const began: unknown[] = [];
    const mailbox = Mailbox.bounded<string>(5);
    mailbox.receive((message) => {
      began.push(message);
      return (message === 'stream' ? defer(() => ((isSubscribed = true), NEVER)) : gate.promise);
    });
    broker.register(id, mailbox);
    broker.events$.subscribe((event) => event.kind === 'delivered' && broker.isRegistered(id) && broker.unregister(id));
    broker.trySend(id, 'stream');
    expect(isSubscribed).toBe(false);
    broker.register(id, mailbox);
    broker.trySend(id, 'promise');
    mailbox.next('next');
    expect(began).toEqual(['stream', 'promise']);
    gate.resolve(0);
    await gate.promise;
    expect(began).toEqual(['stream', 'promise', 'next']);
  });

  it('is subscribed to when its handler has returned, and before the next message (S2, D2)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(id, (n: number) => {
      if (n === 1) broker.trySend(id, 2);
      steps.push(`handles ${n}`);
      return new Observable((subscriber) => {
        steps.push(`subscribes to ${n}`);
        subscriber.complete();
      });
    });
    broker.trySend(id, 1);
    expect(steps).toEqual(['handles 1', 'subscribes to 1', 'handles 2', 'subscribes to 2']);
  });

  it('has a caller that sends while it is told a value: that comes after the value (D2)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(actorId<any>('other'), (n) => void steps.push(`other ${String(n)}`));
    broker.spawn(id, () => range(1, 2));
    broker.send(id, 0).subscribe((n) => {
      broker.trySend(actorId<any>('other'), n);
      steps.push(`caller ${String(n)}`);
    });
    expect(steps).toEqual(['caller 1', 'caller 2', 'other 1', 'other 2']);
  });

  it.each([['completes', false], ['errors', true]])('that %s is settled before its teardown, which may end the actor (S2)', (_, fails) => {
    const { broker } = setup();
    const source = new Subject<number>();
    broker.spawn(id, () => source.pipe(finalize(() => broker.unregister(id))));
    const seen = watchFor(broker.send(id, 0));
    if (fails) source.error('mine');
    else source.complete();
    expect(seen).toMatchObject({ completed: !fails, errored: fails, error: fails ? 'mine' : undefined });
    expect(broker.metrics()).toMatchObject({ totalAborted: 0, totalErrored: fails ? 1 : 0, totalSucceeded: fails ? 0 : 1, registeredActors: 0 });
  });

  it.each<[string, (subscriber: Subscriber<unknown>) => void, object]>([
    ['completes', (subscriber) => subscriber.complete(), { values: [], completed: true }],
    ['errors', (subscriber) => subscriber.error('no'), { error: 'no' }],
  ])('that %s at once and whose teardown throws has ended as it did, and the throw is logged (S2, D6)', (_, end, how) => {
    const lines: unknown[][] = [];
    const broker = new InMemoryMessageBroker({ logger: (...line) => lines.push(line) });
    broker.spawn(id, () => new Observable((subscriber) => {
      end(subscriber);
      return () => { throw new Error('from the teardown'); };
    }));
    expect(watchFor(broker.send(id, 0))).toMatchObject(how);
    expect(lines).toMatchObject([[expect.stringMatching(/the teardown of a reply of 'actor' threw/), expect.anything()]]);
    expect(broker.metrics()).toMatchObject({ inFlight: 0 });
  });

  it('calls its observer through a derived object, as RxJS 5 and 6 do (S2)', () => {
    const { broker } = setup();
    const old = {
      subscribe(observer: { next(value: unknown): void; complete(): void }) {
        const derived = Object.create(observer) as typeof observer;
        derived.next('old');
        derived.complete();
        return { unsubscribe: () => {} };
      },
      lift: () => NEVER,
    };
    const symbol = (Symbol as never as { observable: symbol }).observable ?? '@@observable';
    broker.spawn(id, () => Object.assign(old, { [symbol]: () => old }));
    expect(watchFor(broker.send(id, 0))).toMatchObject({ values: ['old'], completed: true });
  });
});

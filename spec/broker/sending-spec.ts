import { Mailbox, SendError, actorId } from 'rx-broker';
import { EMPTY, NEVER, Observable, Subject, concat, firstValueFrom, of, retry, take, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { deferred, setup, virtually, watchFor } from './setup';

const id = actorId<any>('actor');

describe('send', () => {
  it('sends nothing until it is subscribed to (S1)', () => {
    const { broker } = setup();
    const got: unknown[] = [];
    broker.spawn(id, (message) => void got.push(message));
    const reply$ = broker.send(id, 1);
    expect(got).toEqual([]);
    reply$.subscribe();
    reply$.subscribe();
    expect(got).toEqual([1, 1]);
  });

  it('finds its target at subscription (S1)', () => {
    const { broker } = setup();
    const reply$ = broker.send(id, 'ping');
    expect(watchFor(reply$).error).toMatchObject({ code: 'ActorNotFound' });
    broker.spawn(id, () => 'pong');
    expect(watchFor(reply$).values).toEqual(['pong']);
  });

  it('sends again for retry (S1)', () => {
    const { broker } = setup();
    let calls = 0;
    broker.spawn(id, () => {
      if (++calls < 3) throw new Error('not yet');
      return 'done';
    });
    expect(watchFor(broker.send(id, 0).pipe(retry(2))).values).toEqual(['done']);
    expect(calls).toBe(3);
    expect(broker.metrics()).toMatchObject({ totalSent: 3, totalErrored: 2, totalSucceeded: 1 });
  });

  it.each([
    ['a number', 7],
    ['a string', 'text'],
    ['an array', [1, 2]],
    ['null', null],
    ['undefined, of a void handler', undefined],
    ['an object', { balance: 1 }],
    ['false', false],
  ])('emits %s once, then completes (S2)', (_what, value) => {
    const { broker } = setup();
    broker.spawn(id, () => value);
    const seen = watchFor(broker.send(id, 0));
    expect(seen.values).toEqual([value]);
    expect(seen.completed).toBe(true);
  });

  it('awaits a promise (S2)', async () => {
    const { broker } = setup();
    broker.spawn(id, () => Promise.resolve(5));
    await expect(firstValueFrom(broker.send(id, 0))).resolves.toBe(5);
  });

  it('times out before what is asked by whoever it pushes out, at the same time (S4)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      const other = actorId<any>('other');
      broker.register(id, Mailbox.bounded<any>(1, { overflow: 'drop-oldest' }));
      broker.register(other, Mailbox.bounded<any>(1));
      const order: string[] = [];
      const ask = (to: typeof id, then: () => void): void => void broker.send(to, 0, { timeout: 5 }).subscribe({ error: then });
      ask(id, () => ask(other, () => order.push('second')));
      ask(id, () => order.push('first'));
      flush();
      expect(order).toEqual(['first', 'second']);
    });
  });

  it('awaits a thenable that a thenable fulfils with, as await does (S2)', () => {
    const { broker } = setup();
    const thenable = (value: unknown) => ({ then: (resolve: (value: unknown) => void) => resolve(value) });
    broker.spawn(id, () => thenable(thenable('at last')));
    const seen = watchFor(broker.send(id, 0));
    expect(seen).toMatchObject({ values: ['at last'], completed: true });
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 1, inFlight: 0 });
  });

  it('takes any thenable for a promise, also one that settles at once and twice (S2)', () => {
    const { broker } = setup();
    broker.spawn(id, () => ({
      then(fulfilled: (value: number) => void, rejected: (error: unknown) => void) {
        fulfilled(1);
        fulfilled(2);
        rejected(new Error('late'));
      },
    }));
    const seen = watchFor(broker.send(id, 0));
    expect(seen.values).toEqual([1]);
    expect(seen.completed).toBe(true);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 1, totalErrored: 0, inFlight: 0 });
  });

  it('fails with what reading or calling `then` throws (S2)', () => {
    const { broker } = setup();
    const getter = new Error('then getter');
    const call = new Error('then call');
    broker.spawn(id, (which) =>
      which === 'getter'
        ? Object.defineProperty({}, 'then', { get: () => { throw getter; } })
        : { then: () => { throw call; } },
    );
    expect(watchFor(broker.send(id, 'getter')).error).toBe(getter);
    expect(watchFor(broker.send(id, 'call')).error).toBe(call);
  });

  it('streams an Observable: all its values, then its completion (S2)', () => {
    const { broker } = setup();
    broker.spawn(id, () => of(1, 2, 3));
    const seen = watchFor(broker.send(id, 0));
    expect(seen.values).toEqual([1, 2, 3]);
    expect(seen.completed).toBe(true);
  });

  it('completes without a value for an empty stream (S2)', () => {
    const { broker } = setup();
    broker.spawn(id, () => EMPTY);
    const seen = watchFor(broker.send(id, 0));
    expect(seen.values).toEqual([]);
    expect(seen.completed).toBe(true);
  });

  it('passes the values of a failing stream, then its very error (S2)', () => {
    const { broker } = setup();
    const failure = new Error('broken');
    broker.spawn(id, () => concat(of(1), throwError(() => failure)));
    const seen = watchFor(broker.send(id, 0));
    expect(seen.values).toEqual([1]);
    expect(seen.error).toBe(failure);
  });

  it('stops a synchronous stream that nobody listens to any more (S2, S3)', () => {
    const { broker } = setup();
    let made = 0;
    broker.spawn(
      id,
      () =>
        new Observable<number>((subscriber) => {
          while (!subscriber.closed && made < 1_000) subscriber.next(made++);
        }),
    );
    expect(watchFor(broker.send(id, 0).pipe(take(2))).values).toEqual([0, 1]);
    expect(made).toBe(2);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, inFlight: 0 });
  });

  it('is settled and counted before its value is emitted, so take(1) aborts nothing (S2)', async () => {
    const { broker } = setup();
    broker.spawn(id, (kind) => (kind === 'plain' ? 1 : Promise.resolve(2)));
    let counted: unknown;
    broker.send(id, 'plain').pipe(take(1)).subscribe(() => (counted = broker.metrics().totalSucceeded));
    expect(counted).toBe(1);
    await firstValueFrom(broker.send(id, 'promise'));
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 2, totalAborted: 0, openRequests: 0 });
  });

  it('is so on the fast way, too, which the first ask of a broker does not take (S2, S3)', () => {
    const { broker } = setup();
    const failure = new Error('no');
    const stop = new Subject<void>();
    let aborted: boolean | undefined;
    broker.spawn(id, (how, context) => {
      if (how === 'throw') throw failure;
      if (how !== 'leave') return how;
      stop.next();
      aborted = context.signal.aborted;
      return 'late';
    });
    broker.send(id, 'the first is sampled').subscribe();
    let counted: unknown;
    broker.send(id, 'plain').subscribe(() => (counted = broker.metrics()));
    expect(counted).toMatchObject({ totalSucceeded: 2, inFlight: 0, openRequests: 0 });
    expect(watchFor(broker.send(id, 'throw')).error).toBe(failure);
    expect(watchFor(broker.send(id, { an: 'object' })).values).toEqual([{ an: 'object' }]);
    expect(watchFor(broker.send(id, of(1, 2))).values).toEqual([1, 2]);
    const left = new Observable((subscriber) => {
      stop.subscribe(() => subscriber.complete());
      broker.send(id, 'leave').subscribe(subscriber);
    });
    expect(watchFor(left)).toMatchObject({ values: [], completed: true });
    expect(aborted).toBe(true);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 4, totalErrored: 1, totalAborted: 1, inFlight: 0 });
  });

  it("passes a handler's own error on unchanged", () => {
    const { broker } = setup();
    const failure = { not: 'even an Error' };
    broker.spawn(id, () => { throw failure; });
    expect(watchFor(broker.send(id, 0)).error).toBe(failure);
  });

  it('answers each caller with the reply to its own message (S2)', async () => {
    const { broker } = setup();
    const gates = new Map<number, ReturnType<typeof deferred>>();
    broker.spawn(id, (n: number) => {
      const gate = deferred();
      gates.set(n, gate);
      return gate.promise;
    }, { concurrency: 3 });
    const replies = [1, 2, 3].map((n) => firstValueFrom(broker.send(id, n)));
    gates.get(3)?.resolve('c');
    gates.get(1)?.resolve('a');
    gates.get(2)?.resolve('b');
    await expect(Promise.all(replies)).resolves.toEqual(['a', 'b', 'c']);
  });

  it('throws for bad arguments at the call, though it is cold (S1)', () => {
    const { broker } = setup();
    const bad = broker as any;
    expect(() => bad.send('', 1)).toThrow(/non-empty string, got ''/);
    expect(() => bad.send(5, 1)).toThrow(/non-empty string, got 5/);
    expect(() => bad.send(id, 1, { timeout: -1 })).toThrow(/timeout must be a number of milliseconds from 0.*got -1/);
    expect(() => bad.send(id, 1, { timeout: NaN })).toThrow(RangeError);
    expect(() => bad.send(id, 1, { ttl: '5' })).toThrow(/ttl .*got '5'/);
    expect(() => bad.send(id, 1, { priority: 'urgent' })).toThrow(/'low', 'normal', 'high', 'critical', got 'urgent'/);
    expect(() => bad.send(id, 1, { signal: {} })).toThrow(/AbortSignal/);
    expect(() => bad.send(id, 1, { headers: 'x' })).toThrow(/headers/);
    expect(() => bad.send(id, 1, { sender: '' })).toThrow(/actor id/);
    expect(() => bad.send(id, 1, 5)).toThrow(/options must be an object, got 5/);
    expect(() => bad.sendWithPriority(id, 1, 'urgent')).toThrow(/priority/);
    expect(() => bad.sendWithPriority(id, 1, undefined)).toThrow(/priority/);
    expect(() => bad.broadcast(1, { order: 'random' })).toThrow(/'registered', 'settled', got 'random'/);
    expect(() => bad.broadcastFilter(1, 'x')).toThrow(/filter must be a function/);
    expect(() => bad.sendWithRouting('topic', 1)).toThrow(/routing key/);
    expect(() => bad.sendWithRouting({ topic: 'a', priority: 256 }, 1)).toThrow(/0 to 255, got 256/);
    expect(broker.metrics().totalSent).toBe(0);
  });
});

describe('trySend', () => {
  it('is eager, and answers that the message was taken in (S1)', () => {
    const { broker } = setup();
    const got: unknown[] = [];
    broker.spawn(id, (message) => void got.push(message));
    expect(broker.trySend(id, 1)).toEqual({ ok: true });
    expect(got).toEqual([1]);
  });

  it('returns a refusal and does not throw it (S1)', () => {
    const { broker } = setup();
    const result = broker.trySend(id, 1);
    expect(result.ok).toBe(false);
    expect(result).toMatchObject({ ok: false, code: 'ActorNotFound' });
  });

  it('makes the error of a refusal when it is first read, once (S1)', () => {
    const { broker } = setup();
    const result = broker.trySend(id, 1);
    if (result.ok) throw new Error('not refused');
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    const { error } = result;
    Error.stackTraceLimit = limit;
    // Had it been made by trySend, it would have a stack of more than its first line.
    expect(error.stack?.split('\n')).toHaveLength(1);
    expect(error).toBeInstanceOf(SendError);
    expect(error).toMatchObject({ code: 'ActorNotFound', actorId: 'actor', started: false });
    expect(result.error).toBe(error);
  });

  it('does not throw what a handler throws', () => {
    const { broker, letters } = setup();
    broker.spawn(id, () => { throw new Error('no'); });
    expect(broker.trySend(id, 1)).toEqual({ ok: true });
    expect(letters).toMatchObject([{ reason: 'HandlerFailed', error: new Error('no') }]);
  });

  it('throws for bad arguments', () => {
    const { broker } = setup();
    const bad = broker as any;
    broker.spawn(id, () => {});
    expect(() => bad.trySend('', 1)).toThrow(TypeError);
    expect(() => bad.trySend(undefined, 1)).toThrow(/got undefined/);
    expect(() => bad.trySend(id, 1, { priority: 'top' })).toThrow(RangeError);
    expect(() => bad.trySend(id, 1, { ttl: -1 })).toThrow(/got -1/);
    expect(() => bad.trySend(id, 1, null)).toThrow(/options must be an object, got null/);
    expect(broker.metrics().totalSent).toBe(0);
  });
});

describe('cancellation', () => {
  it('takes a queued message back, and its place is free (S3)', () => {
    const { broker, letters } = setup();
    const mailbox = Mailbox.bounded<number>(1);
    broker.register(id, mailbox);
    const { subscription } = watchFor(broker.send(id, 1));
    expect(broker.trySend(id, 2).ok).toBe(false);
    subscription.unsubscribe();
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
    const waiting = watchFor(broker.send(id, 2));
    const next = watchFor(broker.send(id, 3));
    expect(broker.metrics().pending).toBe(3);
    waiting.subscription.unsubscribe();
    const got: unknown[] = [];
    mailbox.receive((message) => void got.push(message));
    expect(got).toEqual([1, 3]);
    expect(next.completed).toBe(true);
    expect(broker.metrics()).toMatchObject({ pending: 0, openRequests: 0, failedBy: { Cancelled: 1 } });
  });

  it('aborts a running turn, whose late reply goes nowhere (S3)', async () => {
    const { broker, letters } = setup();
    const gate = deferred();
    let signal!: AbortSignal;
    broker.spawn(id, (_message, context) => {
      signal = context.signal;
      return gate.promise;
    });
    const seen = watchFor(broker.send(id, 1));
    expect(signal.aborted).toBe(false);
    seen.subscription.unsubscribe();
    expect(signal.aborted).toBe(true);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, inFlight: 0, openRequests: 0 });
    gate.resolve('late');
    await gate.promise;
    expect(seen.values).toEqual([]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 0 });
    expect(letters).toEqual([]);
  });

  it('unsubscribes from a streamed reply (S3)', () => {
    const { broker } = setup();
    const stream = new Subject<number>();
    broker.spawn(id, () => stream);
    const { subscription, values } = watchFor(broker.send(id, 0));
    stream.next(1);
    subscription.unsubscribe();
    expect(stream.observed).toBe(false);
    expect(values).toEqual([1]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, inFlight: 0 });
  });

  it('aborts a turn whose caller leaves while it is on the stack (S3)', () => {
    const { broker } = setup();
    const stop = new Subject<void>();
    let aborted: boolean | undefined;
    broker.spawn(id, (_message, { signal }) => {
      stop.next();
      aborted = signal.aborted;
      return 'late';
    });
    const source = new Observable((subscriber) => {
      stop.subscribe(() => subscriber.complete());
      subscriber.add(broker.send(id, 0).subscribe(subscriber));
    });
    const seen = watchFor(source);
    expect(seen.values).toEqual([]);
    expect(seen.completed).toBe(true);
    expect(aborted).toBe(true);
    expect(broker.metrics()).toMatchObject({ totalAborted: 1, totalSucceeded: 0, inFlight: 0 });
  });

  it('errors with the reason of an aborted signal: queued, running, and before it begins (S3)', () => {
    const { broker } = setup();
    const reason = new Error('user left');
    const mailbox = Mailbox.bounded<string>(5);
    broker.register(id, mailbox);
    const queued = new AbortController();
    const seenQueued = watchFor(broker.send(id, 'queued', { signal: queued.signal }));
    queued.abort(reason);
    expect(seenQueued.error).toBe(reason);
    expect(mailbox.size).toBe(0);

    mailbox.receive(() => NEVER);
    const running = new AbortController();
    const seenRunning = watchFor(broker.send(id, 'running', { signal: running.signal }));
    running.abort(reason);
    expect(seenRunning.error).toBe(reason);

    const sent = broker.metrics().totalSent;
    const seenBefore = watchFor(broker.send(id, 'before', { signal: AbortSignal.abort(reason) }));
    expect(seenBefore.error).toBe(reason);
    expect(broker.metrics()).toMatchObject({ totalSent: sent, failedBy: { Cancelled: 1 }, totalAborted: 1, openRequests: 0 });
  });

  it("takes its listener off the caller's signal when it settles (S3)", () => {
    const { broker } = setup();
    broker.spawn(id, () => 'done');
    const controller = new AbortController();
    const { signal } = controller;
    const added: unknown[] = [];
    const removed: unknown[] = [];
    signal.addEventListener = (_type: string, listener: unknown) => void added.push(listener);
    signal.removeEventListener = (_type: string, listener: unknown) => void removed.push(listener);
    broker.send(id, 0, { signal }).subscribe();
    expect(added).toHaveLength(1);
    expect(removed).toEqual(added);
  });
});

describe('timeout', () => {
  it('runs from subscription to the first value, the queue included (S4)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      const mailbox = Mailbox.bounded<string>(5);
      broker.register(id, mailbox);
      const got: unknown[] = [];
      const seen = watchFor(broker.send(id, 'a', { timeout: 20 }));
      at(19, () => expect(seen.errored).toBe(false));
      at(20, () => {
        expect(seen.error).toMatchObject({ code: 'Timeout', started: false, actorId: 'actor' });
        expect(mailbox.size).toBe(0);
      });
      at(21, () => mailbox.receive((message) => void got.push(message)));
      flush();
      expect(got).toEqual([]);
      expect(letters).toMatchObject([{ reason: 'Timeout', asked: true }]);
      expect(broker.metrics().failedBy.Timeout).toBe(1);
    });
  });

  it('aborts a turn that takes too long (S4)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup({ requestTimeout: 30 });
      let signal!: AbortSignal;
      broker.spawn(id, (_message, context) => {
        ({ signal } = context);
        return NEVER;
      });
      const seen = watchFor(broker.send(id, 'a'));
      at(29, () => expect(signal.aborted).toBe(false));
      at(31, () => {
        expect(seen.error).toMatchObject({ code: 'Timeout', started: true });
        expect(signal.reason).toMatchObject({ code: 'Timeout' });
      });
      flush();
      expect(letters).toEqual([]);
      expect(broker.metrics()).toMatchObject({ totalAborted: 1, inFlight: 0, openRequests: 0 });
    });
  });

  it('is over with the first value of a stream (S4)', () => {
    virtually(({ at, flush }) => {
      const { broker } = setup();
      const stream = new Subject<number>();
      broker.spawn(id, () => stream);
      const seen = watchFor(broker.send(id, 0, { timeout: 10 }));
      at(9, () => stream.next(1));
      at(100, () => {
        stream.next(2);
        stream.complete();
      });
      flush();
      expect(seen.values).toEqual([1, 2]);
      expect(seen.completed).toBe(true);
    });
  });

  it.each([['normal'], ['high']] as const)('is over with a first value that comes at once, at %s priority (S4)', (priority) => {
    virtually(({ at, flush }) => {
      const { broker } = setup();
      broker.spawn(id, () => concat(of(1), timer(100)));
      const seen = watchFor(broker.send(id, 0, { timeout: 10, priority }));
      at(50, () => expect(seen.values).toEqual([1]));
      flush();
      expect(seen.values).toEqual([1, 0]);
      expect(seen.completed).toBe(true);
    });
  });

  it('is none for Infinity (S4)', () => {
    virtually(({ at, flush }) => {
      const { broker } = setup({ requestTimeout: Infinity });
      broker.spawn(id, () => timer(100_000));
      const seen = watchFor(broker.send(id, 0));
      at(99_999, () => expect(seen.values).toEqual([]));
      flush();
      expect(seen.values).toEqual([0]);
    });
  });

  it('expires asks in the order of their deadlines, equal ones in the order of sending (S4)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      broker.register(id, Mailbox.unbounded());
      const order: string[] = [];
      for (const [name, timeout] of [['late', 120], ['first', 60], ['second', 60], ['early', 10]] as const) {
        broker.send(id, name, { timeout }).subscribe({ error: () => order.push(name) });
      }
      flush();
      expect(order).toEqual(['early', 'first', 'second', 'late']);
    });
  });

  it('serves all open requests with one timer, armed for at most 50 ms (S4)', () => {
    virtually(({ at, flush }) => {
      const { broker } = setup();
      const { scheduled, scheduler } = countingScheduler();
      const counted = setup({ scheduler }).broker;
      counted.register(id, Mailbox.unbounded());
      const open = Array.from({ length: 1_000 }, () => counted.send(id, 0).subscribe());
      expect(scheduled).toEqual([50]);
      for (const subscription of open) subscription.unsubscribe();
      at(200, () => expect(scheduled).toEqual([50]));
      flush();
      expect(broker.metrics().totalSent).toBe(0);
    });
  });

  it('fails at once for an unknown or stopped actor, never by timeout (S5)', () => {
    const { broker } = setup();
    expect(watchFor(broker.send(id, 0)).error).toMatchObject({ code: 'ActorNotFound', started: false });
    const mailbox = Mailbox.bounded(1);
    broker.register(id, mailbox);
    mailbox.close();
    expect(watchFor(broker.send(id, 0)).error).toMatchObject({ code: 'ActorStopped', started: false });
  });
});

describe('the envelope', () => {
  it('says what was said about the message', () => {
    const { broker } = setup({ name: 'b' });
    const envelopes: any[] = [];
    broker.spawn(id, (_message, { envelope }) => {
      const { id: messageId, priority, topic, sender, sentAt, attempt, headers } = envelope;
      envelopes.push({ messageId, priority, topic, sender, sentAt, attempt, headers });
    });
    broker.trySend(id, 1);
    broker.trySend(id, 2, { priority: 'high', sender: actorId('me'), headers: { trace: 'x' }, ttl: 50 });
    broker.send(id, 3, { priority: 'low' }).subscribe();
    broker.bind('a.b', id);
    broker.publish({ topic: 'a.b', priority: 200 }, 4);
    expect(envelopes.map(({ sentAt }) => typeof sentAt)).toEqual(['number', 'number', 'number', 'number']);
    expect(new Set(envelopes.map(({ messageId }) => messageId)).size).toBe(4);
    expect(envelopes[0]).toMatchObject({ messageId: 'b:message-1', priority: 'normal', topic: undefined, sender: undefined, attempt: 1, headers: {} });
    expect(envelopes[1]).toMatchObject({ priority: 'high', sender: 'me', headers: { trace: 'x' } });
    expect(envelopes[2]).toMatchObject({ priority: 'low' });
    expect(envelopes[3]).toMatchObject({ priority: 'critical', topic: 'a.b' });
  });

  it('names the sender of what a turn sends', () => {
    const { broker } = setup();
    const other = actorId<any>('other');
    const senders: unknown[] = [];
    broker.spawn(other, (_message, { envelope }) => void senders.push(envelope.sender));
    broker.spawn(id, (_message, context) => {
      context.trySend(other, 1);
      context.send(other, 2).subscribe();
      expect(context.self).toBe('actor');
      expect(context.broker).toBe(broker);
    });
    broker.trySend(id, 0);
    expect(senders).toEqual(['actor', 'actor']);
  });
});

function countingScheduler(): { scheduled: number[]; scheduler: any } {
  const scheduled: number[] = [];
  return {
    scheduled,
    scheduler: {
      now: () => 0,
      schedule: (_work: () => void, delay: number) => {
        scheduled.push(delay);
        return { unsubscribe: () => {} };
      },
    },
  };
}

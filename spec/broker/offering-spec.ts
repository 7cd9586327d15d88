import { Mailbox, type SendError, actorId } from 'rx-broker';
import { sendTo } from 'rx-broker/operators';
import { NEVER, type Observable, Subject, concatMap, from, map } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { countFromEvents, setupStill as setup, virtually, watchFor } from './setup';

const id = actorId<any>('actor');

/** A blocking mailbox of capacity 1 whose turns end when `next` is called on `gate`. */
function blocking(maxWaiting = 2): ReturnType<typeof setup> & { mailbox: Mailbox<any>; got: unknown[]; gate: Subject<void>; check: () => void } {
  const { broker, letters } = setup();
  const check = countFromEvents(broker);
  const mailbox = Mailbox.bounded<any>(1, { overflow: 'block', maxWaiting });
  const [got, gate]: [unknown[], Subject<void>] = [[], new Subject<void>()];
  mailbox.receive((message) => {
    got.push(message);
    const turn = new Subject<void>();
    const subscription = gate.subscribe(() => {
      subscription.unsubscribe();
      turn.complete();
    });
    return turn;
  });
  broker.register(id, mailbox);
  return { broker, letters, mailbox, got, gate, check };
}

const errorOf = (stream: Observable<unknown>): unknown => {
  const { error } = watchFor(stream);
  return error === undefined ? undefined : [(error as SendError).code, (error as SendError).started];
};

describe('offer', () => {
  it('emits undefined and completes when the mailbox has taken the message: run, queued, or after a wait', () => {
    const { broker, mailbox, got, gate, check } = blocking();
    const [runs, queued, waits] = ['runs', 'queued', 'waits'].map((message) => watchFor(broker.offer(id, message)));
    expect(runs).toMatchObject({ values: [undefined], completed: true });
    expect(queued).toMatchObject({ values: [undefined], completed: true });
    expect(waits).toMatchObject({ values: [], completed: false });
    expect(broker.metrics()).toMatchObject({ pending: 2, openRequests: 0, totalSent: 3 });
    gate.next();
    expect(waits).toMatchObject({ values: [undefined], completed: true });
    expect([got, mailbox.size]).toEqual([['runs', 'queued'], 1]);
    check();
  });

  it('is cold: every subscription sends one message (S1)', () => {
    const { broker, got } = blocking();
    const offer$ = broker.offer(id, 'message');
    expect(broker.metrics().totalSent).toBe(0);
    offer$.subscribe();
    offer$.subscribe();
    expect([got, broker.metrics().totalSent]).toEqual([['message'], 2]);
  });

  it('keeps the order of a stream with concatMap, and bounds it', () => {
    const { broker, got, gate } = blocking();
    const taken = watchFor(from([1, 2, 3, 4]).pipe(concatMap((n) => broker.offer(id, n).pipe(map(() => n)))));
    expect(taken.values).toEqual([1, 2]);
    gate.next();
    expect(taken.values).toEqual([1, 2, 3]);
    gate.next();
    gate.next();
    gate.next();
    expect([taken.values, taken.completed, got]).toEqual([[1, 2, 3, 4], true, [1, 2, 3, 4]]);
  });

  it('errors at once where nobody is there, the mailbox does not block, or too many wait', () => {
    const { broker } = blocking(1);
    expect(errorOf(broker.offer(actorId('unknown'), 1))).toEqual(['ActorNotFound', false]);
    for (const n of [1, 2, 3]) broker.offer(id, n).subscribe({ error: () => {} });
    expect(errorOf(broker.offer(id, 4))).toEqual(['MailboxFull', false]);
    const full = setup();
    full.broker.register(id, Mailbox.bounded(1));
    full.broker.trySend(id, 0);
    expect(errorOf(full.broker.offer(id, 1))).toEqual(['MailboxFull', false]);
    expect(full.letters).toMatchObject([{ reason: 'MailboxFull', asked: true }]);
  });

  it('times out while it waits, by default after the requestTimeout, and not after that (S4)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters, check } = blocking();
      for (const n of [1, 2]) broker.offer(id, n, { timeout: 1 }).subscribe();
      const [own, usual] = [watchFor(broker.offer(id, 3, { timeout: 10 })), watchFor(broker.offer(id, 4))];
      at(10, () => expect([own.error, letters]).toMatchObject([{ code: 'Timeout', started: false }, [{ message: 3, reason: 'Timeout', asked: true }]]));
      at(4_999, () => expect(usual.errored).toBe(false));
      at(5_000, () => {
        expect(usual.error).toMatchObject({ code: 'Timeout' });
        expect(broker.metrics()).toMatchObject({ pending: 1, inFlight: 1 });
        check();
      });
      flush();
    });
  });

  it('is taken back by unsubscribing and by its signal while it waits, and not after that (S3)', () => {
    const { broker, got, gate, letters, check } = blocking();
    const abort = new AbortController();
    for (const message of ['runs', 'queued']) watchFor(broker.offer(id, message, { signal: abort.signal })).subscription.unsubscribe();
    const [left, aborted] = [watchFor(broker.offer(id, 'left')), watchFor(broker.offer(id, 'aborted', { signal: abort.signal }))];
    left.subscription.unsubscribe();
    abort.abort('enough');
    expect(aborted.error).toBe('enough');
    expect(broker.metrics()).toMatchObject({ pending: 1, inFlight: 1, failedBy: { Cancelled: 2 } });
    gate.next();
    expect([got, letters]).toEqual([['runs', 'queued'], []]);
    check();
  });

  it('of a turn times out while it waits, as one from outside (S4)', () => {
    virtually(({ at }) => {
      const { broker } = blocking();
      const asker = actorId<any>('asker');
      let waits!: ReturnType<typeof watchFor>;
      broker.spawn(asker, (_message, context) => {
        for (const n of [1, 2]) context.broker.offer(id, n).subscribe();
        waits = watchFor(context.broker.offer(id, 3, { timeout: 10 }));
      });
      broker.trySend(asker, 0);
      at(9, () => expect(waits.errored).toBe(false));
      at(10, () => expect(waits.error).toMatchObject({ code: 'Timeout' }));
    });
  });

  it('is not sent if its signal has aborted, or an interceptor aborts it; nobody sees it then (S3)', () => {
    const abort = new AbortController();
    const seen: unknown[] = [];
    const { broker } = setup({ interceptors: [{ send: ({ message }) => {
      seen.push(message);
      abort.abort('enough');
    } }] });
    broker.spawn(id, (message) => void seen.push(message));
    expect(watchFor(broker.offer(id, 'aborted', { signal: AbortSignal.abort('before') })).error).toBe('before');
    expect(watchFor(broker.offer(id, 'intercepted', { signal: abort.signal })).error).toBe('enough');
    expect([seen, broker.metrics().totalSent]).toEqual([['intercepted'], 0]);
  });

  it('leaves no listener on its signal when it was taken at once (S3)', () => {
    const { broker } = blocking();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    broker.offer(id, 'runs', { signal }).subscribe();
    expect(added).not.toHaveBeenCalled();
  });

  it('makes an asked letter of what is lost while it waits, and of what is lost later one that nobody asked', () => {
    const { broker, letters, mailbox, check } = blocking();
    for (const message of ['runs', 'queued', 'waits']) broker.offer(id, message).subscribe({ error: () => {} });
    mailbox.clear();
    expect(letters.map(({ message, reason, asked }) => [message, reason, asked])).toEqual([['queued', 'Dropped', false], ['waits', 'Dropped', true]]);
    broker.unregister(id);
    expect(letters.at(-1)).toMatchObject({ message: 'runs', reason: 'ActorNotFound', asked: false });
    check();
  });

  it('inside a turn is taken like a tell, and its caller is told after the turn (D0)', () => {
    const { broker } = setup();
    const other = actorId<any>('other');
    const steps: unknown[] = [];
    broker.spawn(other, (message) => void steps.push(message));
    broker.spawn(id, (_message, context) => {
      context.broker.offer(other, 'offered').subscribe({ next: () => steps.push('taken'), complete: () => steps.push('complete') });
      steps.push('returns');
    });
    broker.trySend(id, 0);
    expect(steps).toEqual(['returns', 'taken', 'complete', 'offered']);
  });

  it('of an error that the handler throws is not told: the message was taken', () => {
    const errors: unknown[] = [];
    const { broker } = setup({ onError: (error) => errors.push(error) });
    broker.spawn(id, () => {
      throw new Error('on purpose');
    });
    expect(watchFor(broker.offer(id, 1))).toMatchObject({ values: [undefined], completed: true });
    expect(errors).toHaveLength(1);
  });

  it('is refused by a broker that closes', () => {
    const { broker } = blocking();
    broker.offer(id, 'runs').subscribe();
    broker.offer(id, 'queued').subscribe();
    const waits = watchFor(broker.offer(id, 'waits'));
    void broker.close({ drain: false });
    expect(waits.error).toMatchObject({ code: 'BrokerClosed' });
    expect(errorOf(broker.offer(id, 1))).toEqual(['BrokerClosed', false]);
  });

  it('throws at the call for bad arguments (S1)', () => {
    const { broker } = setup();
    expect(() => void broker.offer('' as any, 1)).toThrow(TypeError);
    expect(() => void broker.offer(id, 1, { timeout: -1 })).toThrow(RangeError);
  });
});

describe('sendTo with wait', () => {
  it('passes each value on when the mailbox has taken it, in order', () => {
    const { broker, got, gate } = blocking();
    const seen = watchFor(from([1, 2, 3, 4]).pipe(sendTo(broker, id, { wait: true, capacity: 10 })));
    expect([seen.values, got]).toEqual([[1, 2], [1]]);
    for (let n = 0; n < 4; n++) gate.next();
    expect([seen.values, got, seen.completed]).toEqual([[1, 2, 3, 4], [1, 2, 3, 4], true]);
  });

  it('never ends for a delivery failure: the lost value is passed on, too', () => {
    const { broker, letters } = setup();
    const seen = watchFor(from([1, 2]).pipe(sendTo(broker, id, { wait: true, capacity: 1 })));
    expect([seen.values, seen.completed, letters.length]).toEqual([[1, 2], true, 2]);
  });

  it('holds at most capacity values back', () => {
    const { broker } = blocking();
    const source = new Subject<number>();
    const dropped: number[] = [];
    source.pipe(sendTo(broker, id, { wait: true, capacity: 2, overflow: 'drop-oldest', onOverflow: (n) => dropped.push(n) })).subscribe();
    for (const n of [1, 2, 3, 4, 5, 6]) source.next(n);
    expect(dropped).toEqual([4]);
    const failing = watchFor(source.pipe(sendTo(broker, id, { wait: true, capacity: 1 })));
    for (const n of [1, 2, 3]) source.next(n);
    expect(failing.error).toMatchObject({ name: 'BufferOverflowError' });
  });

  it('takes back what waits when it is unsubscribed', () => {
    const { broker } = blocking();
    const seen = watchFor(from([1, 2, 3]).pipe(sendTo(broker, id, { wait: true, capacity: 10 })));
    expect(broker.metrics().pending).toBe(2);
    seen.subscription.unsubscribe();
    expect(broker.metrics()).toMatchObject({ pending: 1, failedBy: { Cancelled: 1 } });
  });

  it('passes the options of the offer on, and needs a capacity (S1)', () => {
    virtually(({ at }) => {
      const { broker, letters } = blocking();
      watchFor(from([1, 2, 3]).pipe(sendTo(broker, id, { wait: true, capacity: 10, timeout: 7 })));
      at(7, () => expect(letters).toMatchObject([{ message: 3, reason: 'Timeout' }]));
    });
    const { broker } = setup();
    expect(() => sendTo(broker, id, { wait: true } as any)).toThrow(/capacity/);
    expect(() => sendTo(broker, id, { wait: false, capacity: 1 } as any)).toThrow('wait must be true');
    expect(() => sendTo(broker, id, { wait: true, capacity: 1, concurrency: 2 } as any)).toThrow(/unknown option 'concurrency'/);
    expect(() => sendTo({ trySend: () => {} } as any, id, { wait: true, capacity: 1 })).toThrow(/offer/);
    expect(() => watchFor(NEVER.pipe(sendTo(broker, id)))).not.toThrow();
  });
});

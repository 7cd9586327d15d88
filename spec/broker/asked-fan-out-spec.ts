import { type ActorContext, Mailbox, actorId } from 'rx-broker';
import { EMPTY, NEVER, Subscriber, VirtualTimeScheduler, of, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, virtually, watchFor } from './setup';

const a = actorId<any>('a');
const b = actorId<any>('b');
const thenable = { then: (resolve: (value: string) => void) => resolve('later') };

describe('a broadcast that idle actors answer', () => {
  it.each([
    ['nothing', undefined, undefined],
    ['null', null, null],
    ['a number', 5, 5],
    ['a symbol', Symbol.iterator, Symbol.iterator],
    ['a function', actorId, actorId],
    ['an array', [1, 2], [1, 2]],
    ['a thenable', thenable, 'later'],
    ['a thenable function', Object.assign(() => 0, thenable), 'later'],
    ['a stream', of(1, 2), 2],
    ['an empty stream', EMPTY, undefined],
  ])('has %s as a result, as any ask has (R3)', (_, reply, value) => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(a, mailbox);
    mailbox.receive(() => reply);
    broker.spawn(b, () => 'b');
    for (const delivered of [1, 2]) {
      expect(watchFor(broker.broadcast(0))).toMatchObject({
        values: [{ actorId: a, ok: true, value }, { actorId: b, ok: true, value: 'b' }],
        completed: true,
      });
      expect(mailbox.metrics()).toMatchObject({ delivered, accepted: delivered, inFlight: 0 });
    }
    expect(broker.metrics()).toMatchObject({ totalSent: 4, totalSucceeded: 4, openRequests: 0, inFlight: 0 });
  });

  it('fails at one that throws, or ends itself, and at no other (R2, R3)', () => {
    const { broker } = setup();
    broker.spawn(a, () => {
      throw new Error('a');
    });
    broker.spawn(b, () => {
      broker.unregister(b);
    });
    broker.spawn(actorId<any>('c'), () => 'c');
    expect(watchFor(broker.broadcast(0)).values).toMatchObject([
      { actorId: a, ok: false, error: new Error('a') },
      { actorId: b, ok: false, error: { code: 'ActorStopped', started: true } },
      { actorId: 'c', ok: true, value: 'c' },
    ]);
    expect(broker.metrics()).toMatchObject({ totalErrored: 1, totalAborted: 1, totalSucceeded: 1, openRequests: 0, inFlight: 0 });
  });

  it('is an open request at each while that one runs (O2)', () => {
    const { broker } = setup();
    const open: number[] = [];
    for (const id of [a, b]) broker.spawn(id, () => void open.push(broker.metrics().openRequests));
    broker.broadcast(0).subscribe();
    expect(open[0]).toBeGreaterThanOrEqual(1);
    expect(broker.metrics().openRequests).toBe(0);
  });

  it('has nothing to do with a signal when that turn is over (S3)', () => {
    const { broker } = setup();
    const signals: AbortSignal[] = [];
    broker.spawn(a, (_message, { signal }: ActorContext) => void signals.push(signal));
    broker.spawn(b, (text) => {
      if (text === 'end') broker.unregister(b);
    });
    broker.broadcast('all').subscribe();
    broker.trySend(b, 'end');
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('is told to who comes to observe it during its turn (O1)', () => {
    const { broker } = setup();
    const kinds: string[] = [];
    broker.spawn(a, () => void broker.events$.subscribe(({ kind }) => kinds.push(kind)));
    broker.broadcast('all').subscribe();
    expect(kinds).toEqual(['settled']);
  });

  it('takes back what is left when its subscriber has enough (R3)', () => {
    const { broker } = setup();
    const signals: AbortSignal[] = [];
    broker.spawn(a, () => 'a');
    broker.spawn(b, (_message, { signal }: ActorContext) => {
      signals.push(signal);
      return NEVER;
    });
    expect(watchFor(broker.broadcast(0, { order: 'settled' }).pipe(take(1)))).toMatchObject({ values: [{ value: 'a' }], completed: true });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 1, totalAborted: 1, openRequests: 0, inFlight: 0 });
  });

  it('is aborted at one during whose turn its subscriber leaves, and not sent to the others (R3, §2)', () => {
    const { broker } = setup();
    const caller = new Subscriber<unknown>();
    broker.spawn(a, () => caller.unsubscribe());
    broker.spawn(b, () => {});
    broker.broadcast(0).subscribe(caller);
    expect(broker.metrics()).toMatchObject({ totalSent: 2, totalAborted: 1, totalSucceeded: 0, failedBy: { Cancelled: 1 }, openRequests: 0, inFlight: 0 });
  });

  it('leaves no timer behind where all have refused it (S4)', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    const full = Mailbox.bounded<any>(1);
    full.next('first');
    broker.register(a, full);
    expect(watchFor(broker.broadcast(0)).values).toMatchObject([{ ok: false, error: { code: 'MailboxFull' } }]);
    expect(scheduler.actions).toHaveLength(0);
  });

  it.each([
    ['its own timeout', { timeout: 10 }, 10],
    ['else its broker’s', {}, 100],
  ])('waits for %s at each (S4)', (_, options, timeout) => {
    virtually(({ at }) => {
      const { broker } = setup({ requestTimeout: 100 });
      broker.spawn(a, () => NEVER);
      const { values } = watchFor(broker.broadcast(0, options));
      at(timeout - 1, () => expect(values).toEqual([]));
      at(timeout + 1, () => expect(values).toMatchObject([{ ok: false, error: { code: 'Timeout' } }]));
    });
  });

  it('goes on with what an actor sends itself, before the next target (R4)', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(a, (text: string) => {
      steps.push(`a ${text}`);
      if (text === 'all') broker.trySend(a, 'again');
    });
    broker.spawn(b, (text: string) => void steps.push(`b ${text}`));
    broker.broadcast('all').subscribe();
    expect(steps).toEqual(['a all', 'a again', 'b all']);
  });
});

describe('a signal that requests share', () => {
  it('has one listener, which goes with the last of them (S3)', () => {
    const { broker } = setup();
    const controller = new AbortController();
    const { signal } = controller;
    const listeners: string[] = [];
    for (const name of ['addEventListener', 'removeEventListener'] as const) {
      const real = signal[name].bind(signal) as (...args: unknown[]) => void;
      Object.defineProperty(signal, name, {
        value: (...args: unknown[]) => {
          listeners.push(`${name} ${String(args[0])}`);
          real(...args);
        },
      });
    }
    broker.spawn(a, () => NEVER, { concurrency: 9 });
    const asks = [1, 2, 3].map((n) => broker.send(a, n, { signal }).subscribe());
    expect(listeners).toEqual(['addEventListener abort']);
    asks[0]?.unsubscribe();
    asks[1]?.unsubscribe();
    expect(listeners).toHaveLength(1);
    asks[2]?.unsubscribe();
    expect(listeners).toEqual(['addEventListener abort', 'removeEventListener abort']);
    broker.send(a, 4, { signal }).subscribe().unsubscribe();
    expect(listeners).toHaveLength(4);
  });

  it('ends them with its reason, but for those that one who is told takes back (S3)', () => {
    const { broker } = setup();
    const controller = new AbortController();
    broker.spawn(a, () => NEVER, { concurrency: 9 });
    const reasons: unknown[] = [];
    broker.send(a, 1, { signal: controller.signal }).subscribe({
      error: (reason: unknown) => {
        reasons.push(reason);
        second.unsubscribe();
      },
    });
    const second = broker.send(a, 2, { signal: controller.signal }).subscribe({ error: (reason: unknown) => reasons.push(reason) });
    broker.send(a, 3, { signal: controller.signal }).subscribe({ error: (reason: unknown) => reasons.push(reason) });
    controller.abort('enough');
    expect(reasons).toEqual(['enough', 'enough']);
    expect(broker.metrics()).toMatchObject({ totalAborted: 3, openRequests: 0, inFlight: 0 });
    expect(watchFor(broker.send(a, 4, { signal: controller.signal })).error).toBe('enough');
    expect(watchFor(broker.broadcast(4, { signal: controller.signal })).error).toBe('enough');
    expect(broker.metrics().totalSent).toBe(3);
  });
});

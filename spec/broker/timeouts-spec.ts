import { type InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, type Observable, Subject, VirtualTimeScheduler, concat, firstValueFrom, of, timer } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { deferred, setupStill as setup, virtually, watchFor } from './setup';

const [a, b] = [actorId<any>('a'), actorId<any>('b')];

/** A broker, and the delays that it asked its scheduler for; `open` counts those that are not over. */
function counted() {
  const scheduler = new VirtualTimeScheduler();
  const schedule = vi.spyOn(scheduler, 'schedule');
  const { broker, letters } = setup({ scheduler, requestTimeout: 100 });
  return { broker, letters, scheduler, delays: () => schedule.mock.calls.map(([, delay]) => delay), open: () => scheduler.actions.filter(({ closed }) => !closed).length };
}

describe('the timeout of an ask', () => {
  it('runs from subscription to the first value, the queue included (S4)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup();
      const mailbox = Mailbox.bounded<string>(5);
      broker.register(a, mailbox);
      const got: unknown[] = [];
      const seen = watchFor(broker.send(a, 'a', { timeout: 20 }));
      at(19, () => expect(seen.errored).toBe(false));
      at(20, () => expect(mailbox.size).toBe(0));
      at(21, () => mailbox.receive((message) => void got.push(message)));
      flush();
      expect(seen.error).toMatchObject({ code: 'Timeout', started: false, actorId: a });
      expect(got).toEqual([]);
      expect(letters).toMatchObject([{ reason: 'Timeout', asked: true }]);
      expect(broker.metrics().failedBy.Timeout).toBe(1);
    });
  });

  it('runs while the ask waits for a place, and takes the ask out (S4, M2)', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      broker.spawn(a, () => NEVER, { capacity: 1, overflow: 'block' });
      for (const message of ['runs', 'is queued']) broker.trySend(a, message);
      const waiter = watchFor(broker.send(a, 'waits', { timeout: 5 }));
      at(6, () => {
        expect(waiter.error).toMatchObject({ code: 'Timeout', started: false });
        expect(broker.metrics()).toMatchObject({ pending: 1, failedBy: { Timeout: 1 } });
      });
    });
  });

  it('aborts a turn that takes too long (S4)', () => {
    virtually(({ at, flush }) => {
      const { broker, letters } = setup({ requestTimeout: 30 });
      let signal!: AbortSignal;
      broker.spawn(a, (_message, context) => {
        ({ signal } = context);
        return NEVER;
      });
      const seen = watchFor(broker.send(a, 'a'));
      at(29, () => expect(signal.aborted).toBe(false));
      flush();
      expect(seen.error).toMatchObject({ code: 'Timeout', started: true });
      expect(signal.reason).toBe(seen.error);
      expect(letters).toEqual([]);
      expect(broker.metrics()).toMatchObject({ totalAborted: 1, inFlight: 0, openRequests: 0 });
    });
  });

  it.each(['normal', 'high'] as const)('is over with the first value of a stream, also one that comes at once: %s priority (S4)', (priority) => {
    virtually(({ at, flush }) => {
      const { broker } = setup();
      const stream = new Subject<number>();
      broker.spawn(a, (which) => (which === 'late' ? stream : concat(of(1), timer(100))), { concurrency: 2 });
      const seen = ['at once', 'late'].map((which) => watchFor(broker.send(a, which, { timeout: 10, priority })));
      at(9, () => stream.next(1));
      at(99, () => stream.complete());
      flush();
      expect(seen).toMatchObject([{ values: [1, 0], completed: true }, { values: [1], completed: true }]);
    });
  });

  it('is none for Infinity (S4)', () => {
    const { broker, delays } = counted();
    broker.spawn(a, () => NEVER);
    const asked = broker.send(a, 0, { timeout: Infinity }).subscribe();
    expect(delays()).toEqual([]);
    expect(broker.metrics().openRequests).toBe(1);
    asked.unsubscribe();
  });

  it('goes off in the order of the deadlines, equal ones in the order of sending (S4)', () => {
    virtually(({ flush }) => {
      const { broker } = setup();
      broker.register(a, Mailbox.unbounded());
      const order: string[] = [];
      for (const [name, timeout] of [['late', 120], ['first', 60], ['second', 60], ['early', 10]] as const) {
        broker.send(a, name, { timeout }).subscribe({ error: () => order.push(name) });
      }
      flush();
      expect(order).toEqual(['early', 'first', 'second', 'late']);
    });
  });

  it('longer than a timer can be is waited for by several timers (S4)', () => {
    const { broker, scheduler, delays } = counted();
    const days = 86_400_000;
    broker.register(a, Mailbox.bounded(1));
    const seen = watchFor(broker.send(a, 0, { timeout: 60 * days }));
    for (scheduler.maxFrames of [30 * days, 59 * days]) {
      scheduler.flush();
      expect(seen.errored).toBe(false);
      expect(Math.max(...scheduler.actions.map(({ delay }) => delay - scheduler.frame))).toBeLessThan(2 ** 31);
    }
    scheduler.maxFrames = Infinity;
    scheduler.flush();
    expect(seen.error).toMatchObject({ code: 'Timeout' });
    expect(Math.max(...delays().map(Number))).toBeLessThan(2 ** 31);
  });
});

describe('the timer of an ask', () => {
  const ASKS: readonly [string, (broker: InMemoryMessageBroker) => Observable<unknown>][] = [
    ['plain', (broker) => broker.send(a, 0)],
    ['with options', (broker) => broker.send(a, 0, { headers: {} })],
    ['routed', (broker) => broker.sendWithRouting({ topic: 't' }, 0)],
    ['broadcast', (broker) => broker.broadcast(0)],
  ];

  it.each(ASKS)('is one action of its own on the scheduler, cancelled when it settles: %s (S4)', (_, ask) => {
    const { broker, delays, open } = counted();
    const reply = new Subject<void>();
    broker.spawn(a, () => reply, { topics: ['t'], concurrency: 2 });
    const [first, second] = [ask(broker).subscribe(), ask(broker).subscribe()];
    expect(delays()).toEqual([100, 100]);
    first.unsubscribe();
    expect(open()).toBe(1);
    reply.complete();
    expect(open()).toBe(0);
    expect(second.closed).toBe(true);
  });

  it.each(ASKS)('is none where the answer is synchronous, or a refusal: %s (S4)', (_, ask) => {
    const { broker, delays } = counted();
    broker.spawn(a, (): unknown => of(1), { topics: ['t'] });
    watchFor(ask(broker));
    broker.unregister(a);
    broker.spawn(a, () => { throw new Error('no'); }, { topics: ['t'] });
    watchFor(ask(broker));
    broker.unregister(a);
    watchFor(ask(broker));
    expect(delays()).toEqual([]);
  });

  it.each(ASKS)('of an ask from outside is made at the end of its own call: %s (S4)', (_, ask) => {
    const { broker, scheduler } = counted();
    const steps: string[] = [];
    const schedule = scheduler.schedule.bind(scheduler) as (...args: any[]) => any;
    scheduler.schedule = (...args: any[]) => (steps.push('timer'), schedule(...args));
    broker.spawn(a, () => {
      broker.trySend(b, 0);
      steps.push('a');
      return NEVER;
    }, { topics: ['t'] });
    const mailbox = Mailbox.bounded<any>(5);
    broker.register(b, mailbox);
    mailbox.receive(() => (steps.push('b'), NEVER));
    const asked = ask(broker).subscribe();
    // A broadcast asks `b`, too.
    expect([steps[0], steps[1], new Set(steps.slice(2))]).toEqual(['a', 'b', new Set(['timer'])]);
    asked.unsubscribe();
  });

  it('of an ask inside a turn, or from an observer, is made at its subscription (S4)', () => {
    const { broker, delays } = counted();
    broker.spawn(b, () => NEVER, { concurrency: 9 });
    const made: number[] = [];
    const ask = (): void => {
      broker.send(b, 0).subscribe({ error: () => {} });
      made.push(delays().length);
    };
    broker.spawn(a, ask);
    broker.trySend(a, 0);
    broker.topic$('t').subscribe(ask);
    broker.publish('t', 0);
    expect(made).toEqual([1, 2]);
  });

  it('goes off while the clock stands still, by its delay (S4)', () => {
    const calls: (() => void)[] = [];
    const scheduler = {
      now: () => 0,
      schedule(work: (this: unknown, state: unknown) => void, _delay: number, state: unknown) {
        calls.push(() => work.call({ schedule: () => {} }, state));
        return { unsubscribe: () => {} };
      },
    };
    const { broker } = setup({ scheduler: scheduler as never });
    broker.spawn(a, () => NEVER);
    const seen = watchFor(broker.send(a, 0));
    calls[0]!();
    expect(seen.error).toMatchObject({ code: 'Timeout' });
  });

  it('is cancelled with a reply that a promise brings: with no ask open there is none (S4)', async () => {
    const { broker, open } = counted();
    const gate = deferred();
    broker.spawn(a, () => gate.promise);
    const reply = firstValueFrom(broker.send(a, 0));
    expect(open()).toBe(1);
    gate.resolve(1);
    await reply;
    expect(open()).toBe(0);
  });

  it('is cancelled with all others when the broker is closed (S4, §7)', async () => {
    const { broker, open } = counted();
    broker.spawn(a, () => NEVER, { turnTimeout: 50 });
    for (const n of [1, 2]) watchFor(broker.send(a, n));
    broker.metrics$.subscribe();
    expect(open()).toBe(4);
    await broker.close({ drain: false });
    expect(open()).toBe(0);
  });
});

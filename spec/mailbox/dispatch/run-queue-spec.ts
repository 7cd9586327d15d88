import { actorId } from 'rx-broker';
import { Subscription, VirtualTimeScheduler, asyncScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup } from '../../broker/setup';

const a = actorId<any>('a');

describe('a dispatcher', () => {
  it('may run its work at once (D3)', () => {
    const { broker } = setup();
    const got: number[] = [];
    const dispatcher = { now: () => 0, schedule: (work: () => void) => (work(), Subscription.EMPTY) };
    broker.spawn(a, (n: number) => void got.push(n), { dispatcher: dispatcher as never });
    for (const n of [1, 2, 3]) broker.trySend(a, n);
    expect(got).toEqual([1, 2, 3]);
  });

  it('that throws is stood in for by a macrotask, and told (D3, S1)', async () => {
    const told: unknown[][] = [];
    const failure = new Error('no frames here');
    let asked = 0;
    const dispatcher = {
      now: () => 0,
      schedule(work: () => void) {
        if (++asked === 1) throw failure;
        work();
        return Subscription.EMPTY;
      },
    };
    const { broker } = setup({ logger: (...line: unknown[]) => void told.push(line) });
    const got: number[] = [];
    broker.spawn(a, (n: number) => void got.push(n), { dispatcher: dispatcher as never });
    const b = actorId<any>('b');
    broker.spawn(b, () => {}, { dispatcher: dispatcher as never });
    for (const n of [1, 2]) expect(broker.trySend(a, n).ok).toBe(true);
    expect(broker.trySend(b, 0).ok).toBe(true);
    expect([got, asked]).toEqual([[], 1]);
    expect(told).toEqual([[expect.stringContaining('the dispatcher'), failure]]);
    while (got.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    broker.trySend(a, 3);
    expect([got, asked]).toEqual([[1, 2, 3], 2]);
  });

  it('is asked once for all that wait for it, and again for what comes after (D3)', () => {
    const { broker } = setup();
    const dispatcher = new VirtualTimeScheduler();
    const got: number[] = [];
    broker.spawn(a, (n: number) => void got.push(n), { dispatcher });
    for (const round of [1, 2]) {
      for (const n of [1, 2, 3]) broker.trySend(a, n);
      expect(dispatcher.actions).toHaveLength(1);
      dispatcher.flush();
      expect(got).toHaveLength(3 * round);
    }
  });

  it('is asked for nothing while its drain gives way to a macrotask (D4)', async () => {
    let at = 0;
    const scheduler = { now: () => at++, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const dispatcher = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler: scheduler });
    let left = 1_000;
    broker.spawn(a, () => {
      if (--left > 0) broker.trySend(a, 0);
    }, { dispatcher });
    broker.trySend(a, 0);
    dispatcher.flush();
    expect(left).toBeGreaterThan(500);
    const before = left;
    broker.trySend(a, 0);
    broker.spawn(actorId<any>('other'), () => {}, { dispatcher });
    broker.trySend(actorId<any>('other'), 0);
    expect(dispatcher.actions).toHaveLength(0);
    expect(left).toBe(before);
    while (left > 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(dispatcher.actions.length).toBeLessThanOrEqual(1);
      dispatcher.flush();
    }
    expect(broker.metrics()).toMatchObject({ inFlight: 0 });
  });

  it.each(['its own', 'the broker’s'])('that gives way keeps those that wait behind: %s (D4)', async (whose) => {
    let at = 0;
    const scheduler = { now: () => at++, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const dispatcher = new VirtualTimeScheduler();
    const { broker } = setup({ scheduler });
    const left = { a: 600, b: 600 };
    for (const name of ['a', 'b'] as const) {
      broker.spawn(actorId<any>(name), () => {
        if (--left[name] > 0) broker.trySend(actorId<any>(name), 0);
      }, whose === 'its own' ? { dispatcher } : {});
    }
    const start = actorId<any>('start');
    broker.spawn(start, () => {
      for (const name of ['a', 'b']) broker.trySend(actorId<any>(name), 0);
    });
    broker.trySend(start, 0);
    for (let i = 0; i < 100 && left.a + left.b > 0; i++) {
      dispatcher.flush();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(left).toEqual({ a: 0, b: 0 });
  });
});

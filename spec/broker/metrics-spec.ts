import { type BrokerMetrics, type InMemoryMessageBroker, actorId } from 'rx-broker';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { expectConserved, setupStill as setup, watchFor } from './setup';

const id = actorId<any>('actor');
const other = actorId<any>('other');

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

  it('come once, and never error, where the scheduler has no timers: the logger is told (metrics$, D6)', () => {
    const failure = new Error('no timers');
    const warned: unknown[][] = [];
    const logger = { warn: (...line: unknown[]) => void warned.push(line), error: () => {} };
    const { broker } = setup({ logger, scheduler: { now: Date.now, schedule: () => { throw failure; } } });
    const seen = watchFor(broker.metrics$);
    expect([seen.values.length, seen.errored]).toEqual([1, false]);
    expect(warned).toEqual([[expect.stringContaining('the scheduler'), failure]]);
  });
});


describe('the routing latency', () => {
  /** Sends so many that one is timed, by a clock that goes on by half a microsecond at each look. */
  function mean(broker: InMemoryMessageBroker, send: () => void): number {
    let at = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (at += 0.000_5));
    for (let i = 0; i < 5_000; i++) send();
    clock.mockRestore();
    return broker.metrics().avgRoutingLatencyNs;
  }

  it.each<[string, (broker: InMemoryMessageBroker) => void]>([
    ['told', (broker) => void broker.trySend(id, 0)],
    ['told with options', (broker) => void broker.trySend(id, 0, { headers: {} })],
    ['asked', (broker) => void broker.send(id, 0).subscribe()],
    ['asked with options', (broker) => void broker.send(id, 0, { headers: {} }).subscribe()],
  ])('is a mean over sampled sends, in whole nanoseconds: %s (O5)', (_, send) => {
    const { broker } = setup();
    broker.spawn(id, () => {});
    expect(mean(broker, () => send(broker))).toBe(500);
  });

  it('is 0 before the first sample, and the first calls are none (O5)', () => {
    const { broker } = setup();
    broker.spawn(id, () => {});
    for (let i = 0; i < 100; i++) broker.trySend(id, i);
    expect(broker.metrics().avgRoutingLatencyNs).toBe(0);
    expect(mean(setup().broker, () => broker.trySend(other, 0))).toBe(0);
  });
});

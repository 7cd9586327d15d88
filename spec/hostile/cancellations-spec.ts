import { type Overflow, type SendError, Mailbox, actorId } from 'rx-broker';
import fc from 'fast-check';
import { NEVER, type Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { numbers, shuffle } from './random-order';
import { Trial } from './trial';

const COUNT = 100_000;
const id = actorId<any>('actor');

describe(`${COUNT.toLocaleString('en')} requests that are cancelled in random order`, () => {
  it('leave nothing in the queue, and no timer (S3, S4)', async () => {
    const trial = new Trial({ observed: false });
    const { broker, clock } = trial;
    const next = numbers(1);
    const mailbox = Mailbox.bounded<unknown>(COUNT);
    broker.register(id, mailbox);
    const timersBefore = clock.open;
    const asks: Subscription[] = [];
    const priorities = ['low', 'normal', 'high', 'critical'] as const;
    for (let i = 0; i < COUNT; i++) asks.push(broker.sendWithPriority(id, i, priorities[next(4)]!, { timeout: 1_000 + next(1_000) }).subscribe());
    trial.expectLaws();
    expect(trial.metrics).toMatchObject({ pending: COUNT, openRequests: COUNT });
    expect(clock.open - timersBefore).toBe(COUNT);
    for (const [done, ask] of shuffle(asks, next).entries()) {
      ask.unsubscribe();
      if (mailbox.size !== COUNT - done - 1) expect(mailbox.size).toBe(COUNT - done - 1);
    }
    trial.expectCounts({ totalSent: COUNT, totalFailed: COUNT, totalDeadLettered: 0 });
    // Each ask had an action of its own on the scheduler, which was cancelled with it.
    expect(clock.open).toBe(timersBefore);
    clock.pass(5_000);
    expect(trial.letters).toEqual([]);
    mailbox.receive(() => 'fine');
    expect(mailbox.metrics()).toMatchObject({ delivered: 0, size: 0 });
    await trial.expectUnharmed(id);
  });

  it('are counted once each, also if some run, wait for a place, or time out (O2)', async () => {
    const trial = new Trial({ observed: false });
    const { broker, clock } = trial;
    const next = numbers(2);
    const mailbox = Mailbox.bounded<unknown>(COUNT / 4, { overflow: 'block', maxWaiting: COUNT, concurrency: COUNT / 4 });
    mailbox.receive((message) => (typeof message === 'string' ? 'fine' : NEVER));
    broker.register(id, mailbox);
    const isShort: boolean[] = [];
    let timedOut = 0;
    const asks: [number, Subscription][] = [];
    for (let i = 0; i < COUNT; i++) {
      isShort.push(next(10) === 0);
      const timeout = isShort[i] === true ? 500 - next(100) : 10_000 + next(100);
      asks.push([i, broker.send(id, i, { timeout }).subscribe({ error: (error: unknown) => void (timedOut += Number((error as SendError).code === 'Timeout')) })]);
    }
    expect(trial.metrics).toMatchObject({ inFlight: COUNT / 4, pending: (COUNT * 3) / 4 });
    const order = shuffle(asks, next);
    for (const [, ask] of order.splice(0, COUNT / 2)) ask.unsubscribe();
    trial.expectLaws();
    clock.pass(1_000);
    trial.expectLaws();
    // Each ask that was not cancelled and had a short timeout.
    expect(timedOut).toBe(order.filter(([i]) => isShort[i]).length);
    const { Timeout } = trial.metrics.failedBy;
    for (const [, ask] of order) ask.unsubscribe();
    const { failedBy, totalAborted } = trial.metrics;
    expect(totalAborted + failedBy.Cancelled + failedBy.Timeout).toBe(COUNT);
    expect(failedBy.Timeout).toBe(Timeout);
    trial.expectCounts({ totalSent: COUNT, totalSucceeded: 0, totalErrored: 0 });
    await trial.expectUnharmed(id);
  });
});

describe('requests that are cancelled in any order', () => {
  it.each<Overflow>(['fail', 'block', 'drop-oldest', 'drop-newest'])('leave the order of the others as it is, overflow: %s (M3)', (overflow) => {
    fc.assert(
      fc.property(fc.array(fc.nat(39), { maxLength: 40 }), fc.integer({ min: 1, max: 40 }), (cancelled, capacity) => {
        const trial = new Trial({ observed: false });
        const mailbox = Mailbox.bounded<number>(capacity, { overflow });
        trial.broker.register(id, mailbox);
        const lost = new Set<number>();
        const asks = Array.from({ length: 40 }, (_, i) => trial.broker.send(id, i).subscribe({ error: () => lost.add(i) }));
        for (const i of cancelled) {
          if (!lost.has(i)) asks[i]?.unsubscribe();
          trial.expectLaws();
        }
        const got: number[] = [];
        mailbox.receive((i) => void got.push(i));
        const gone = new Set([...lost, ...cancelled]);
        expect(got).toEqual(Array.from({ length: 40 }, (_, i) => i).filter((i) => !gone.has(i)));
        trial.expectCounts({ totalSent: 40, totalSucceeded: got.length, totalFailed: 40 - got.length });
      }),
      { seed: 20_261_123, numRuns: 60 },
    );
  });
});

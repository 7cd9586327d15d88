import { Mailbox, actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setup, watchFor } from '../broker/setup';
import { MODES, ORDINARY, Trial } from './trial';

const id = actorId<any>('actor');
const HOUR = 3_600_000;
const silent = (message: unknown): unknown => (message === ORDINARY ? 'fine' : NEVER);

describe.each(MODES)('$mode: a clock that jumps', ({ observed }) => {
  it.each([-HOUR, -1, 1, HOUR])('by %i ms neither hastens nor delays a timeout, which is an action of the scheduler (S4)', async (jump) => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    broker.spawn(id, silent);
    const running = watchFor(broker.send(id, 1, { timeout: 1_000 }));
    const queued = watchFor(broker.send(id, 2, { timeout: 900 }));
    clock.pass(500);
    clock.jump(jump);
    clock.pass(399);
    expect([running.errored, queued.errored]).toEqual([false, false]);
    clock.pass(1);
    expect([running.errored, queued.error]).toMatchObject([false, { code: 'Timeout', started: false }]);
    clock.pass(100);
    expect(running.error).toMatchObject({ code: 'Timeout', started: true });
    trial.expectCounts({ totalSent: 2, totalAborted: 1, totalFailed: 1 });
    await trial.expectUnharmed(id);
  });

  it('back again and again keeps no request open longer than its timeout (S4)', async () => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    broker.spawn(id, silent);
    const running = watchFor(broker.send(id, 1, { timeout: 1_000 }));
    for (let i = 0; i < 50; i++) {
      clock.jump(-HOUR);
      clock.pass(20);
    }
    expect(running.error).toMatchObject({ code: 'Timeout' });
    trial.expectCounts({ totalSent: 1, totalAborted: 1 });
    await trial.expectUnharmed(id);
  });

  it.each([-HOUR, HOUR])('by %i ms changes neither a turnTimeout nor the timeout of close() (§7)', async (jump) => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    broker.spawn(id, silent, { turnTimeout: 1_000 });
    broker.trySend(id, 1);
    clock.pass(10);
    clock.jump(jump);
    clock.pass(990);
    trial.expectCounts({ totalSent: 1, totalAborted: 1, totalDeadLettered: 1 });
    broker.trySend(id, 2);
    const closed = broker.close({ timeout: 500 });
    clock.jump(jump);
    clock.pass(500);
    await closed;
    expect(trial.metrics).toMatchObject({ totalSent: 2, totalAborted: 2 });
    trial.expectClosed();
  });

  // A ttl is an age by the clock, so a jump of the clock changes the age.
  it.each([
    [-HOUR, [], [1, 2, 3]],
    [-1, [], [1, 2, 3]],
    [998, [], [1, 2, 3]],
    [1_000, [1, 2], [3]],
  ])('by %i ms makes these expire when their turn comes: %j (M3)', async (jump, expired, runs) => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    const mailbox = Mailbox.bounded<unknown>(10, { ttl: 1_000 });
    broker.register(id, mailbox);
    broker.trySend(id, 1);
    broker.trySend(id, 2, { ttl: 999 });
    broker.trySend(id, 3, { ttl: 2 * HOUR });
    clock.pass(1);
    clock.jump(jump);
    const got: unknown[] = [];
    mailbox.receive((message) => (message === ORDINARY ? 'fine' : void got.push(message)));
    expect(got).toEqual(runs);
    expect(trial.letters.map(({ message, reason }) => [message, reason])).toEqual(expired.map((message) => [message, 'Expired']));
    trial.expectCounts({ totalSent: 3, totalSucceeded: runs.length, totalFailed: expired.length });
    await trial.expectUnharmed(id);
  });
});

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([-24 * HOUR, -1_000, 1_000, 24 * HOUR])('set by %i ms loses no count and keeps nothing open, with the default scheduler (S4)', (jump) => {
    const { broker, letters } = setup();
    broker.spawn(id, silent, { turnTimeout: 30_000 });
    const running = watchFor(broker.send(id, 1, { timeout: 1_000 }));
    const queued = watchFor(broker.send(id, 2, { timeout: 2_000 }));
    const told = broker.trySend(id, ORDINARY, { ttl: 24 * HOUR });
    vi.advanceTimersByTime(100);
    vi.setSystemTime(Date.now() + jump);
    vi.advanceTimersByTime(1_900);
    expect(told).toMatchObject({ ok: true });
    expect([running.error, queued.error]).toMatchObject([{ code: 'Timeout' }, { code: 'Timeout' }]);
    expect(letters.filter(({ asked }) => !asked).map(({ reason }) => reason)).toEqual(jump === 24 * HOUR ? ['Expired'] : []);
    expect(watchFor(broker.send(id, ORDINARY)).values).toEqual(['fine']);
    const { totalSent, totalDelivered, totalFailed, pending, inFlight, openRequests } = broker.metrics();
    expect([totalSent, totalDelivered + totalFailed, pending, inFlight, openRequests]).toEqual([4, 4, 0, 0, 0]);
    void broker.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

import { Mailbox, actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { setup, watchFor } from '../broker/setup';
import { MODES, ORDINARY, Trial } from './trial';

const id = actorId<any>('actor');
const HOUR = 3_600_000;
/** A timer of the broker sleeps for no longer than this, so a jump is noticed within it. */
const NAP = 50;

describe.each(MODES)('$mode: a clock that jumps', ({ observed }) => {
  it.each([-HOUR, -1_000, -60, -NAP, -10, -1])('back, by %i ms, keeps no request open much longer than its timeout (S4)', async (jump) => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : NEVER));
    const running = watchFor(broker.send(id, 1, { timeout: 1_000 }));
    const queued = watchFor(broker.send(id, 2, { timeout: 900 }));
    clock.pass(500);
    clock.jump(jump);
    clock.pass(399);
    expect([running.errored, queued.errored]).toEqual([false, false]);
    clock.pass(101 + 2 * NAP);
    expect([running.error, queued.error]).toMatchObject([{ code: 'Timeout', started: true }, { code: 'Timeout', started: false }]);
    trial.expectCounts({ totalSent: 2, totalAborted: 1, totalFailed: 1 });
    await trial.expectUnharmed(id);
  });

  it.each([-HOUR, -1_000, -60])('back, by %i ms, keeps none of many requests open, each with a timeout of its own (S4)', async (jump) => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : NEVER), { concurrency: 50 });
    const asks = Array.from({ length: 50 }, (_, i) => {
      const timeout = 1_000 + ((i * 17) % 50) * 10;
      return { timeout, seen: watchFor(broker.send(id, i, { timeout })) };
    });
    clock.pass(500);
    clock.jump(jump);
    for (let passed = 500; passed <= 1_600; passed += 100) {
      for (const { timeout, seen } of asks) {
        if (passed < timeout) expect(seen.errored).toBe(false);
        if (passed > timeout + 2 * NAP) expect(seen.error).toMatchObject({ code: 'Timeout' });
      }
      clock.pass(100);
    }
    trial.expectCounts({ totalSent: 50, totalAborted: 50 });
    await trial.expectUnharmed(id);
  });

  it('back again and again keeps no request open for ever (S4)', async () => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : NEVER));
    const running = watchFor(broker.send(id, 1, { timeout: 1_000 }));
    for (let i = 0; i < 100; i++) {
      clock.pass(20);
      clock.jump(-HOUR);
    }
    clock.pass(NAP);
    expect(running.error).toMatchObject({ code: 'Timeout' });
    trial.expectCounts({ totalSent: 1, totalAborted: 1 });
    await trial.expectUnharmed(id);
  });

  it('ahead by a day times out what was open, and nothing that comes after it (S4)', async () => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : NEVER), { concurrency: 2 });
    const before = watchFor(broker.send(id, 1, { timeout: 1_000 }));
    clock.pass(1);
    clock.jump(24 * HOUR);
    clock.pass(NAP);
    const after = watchFor(broker.send(id, 2, { timeout: 1_000 }));
    clock.pass(999);
    expect([before.error, after.errored]).toMatchObject([{ code: 'Timeout' }, false]);
    clock.pass(1);
    expect(after.error).toMatchObject({ code: 'Timeout' });
    trial.expectCounts({ totalSent: 2, totalAborted: 2 });
    await trial.expectUnharmed(id);
  });

  it.each([-HOUR, -1_000, -1])('back by %i ms lets no message expire that has not outlived its ttl', async (jump) => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    const mailbox = Mailbox.bounded<unknown>(10);
    broker.register(id, mailbox);
    for (const ttl of [2_000, HOUR]) broker.trySend(id, ttl, { ttl });
    clock.pass(1_000);
    clock.jump(jump);
    const got: unknown[] = [];
    mailbox.receive((message) => (message === ORDINARY ? 'fine' : void got.push(message)));
    expect(got).toEqual([2_000, HOUR]);
    trial.expectCounts({ totalSent: 2, totalSucceeded: 2 });
    await trial.expectUnharmed(id);
  });

  it('back just before another ask comes is noticed all the same (S4)', async () => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : NEVER), { concurrency: 20, turnTimeout: 1_000 });
    const first = watchFor(broker.send(id, 1, { timeout: 500 }));
    broker.trySend(id, 2);
    clock.pass(10);
    clock.jump(-HOUR);
    const later = Array.from({ length: 10 }, () => {
      const ask = watchFor(broker.send(id, 3, { timeout: 500 }));
      clock.pass(10);
      return ask;
    });
    clock.pass(400 + 2 * NAP);
    expect(first.error).toMatchObject({ code: 'Timeout' });
    clock.pass(500);
    for (const ask of later) expect(ask.error).toMatchObject({ code: 'Timeout' });
    trial.expectCounts({ totalSent: 12, totalAborted: 12 });
    await trial.expectUnharmed(id);
  });

  it.each([-HOUR, -1_000, -1])('back by %i ms lets no message expire in a mailbox with a ttl', async (jump) => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    const mailbox = Mailbox.bounded<unknown>(10, { ttl: 60_000 });
    broker.register(id, mailbox);
    for (let i = 0; i < 3; i++) broker.trySend(id, i);
    clock.jump(jump);
    const got: unknown[] = [];
    mailbox.receive((message) => (message === ORDINARY ? 'fine' : void got.push(message)));
    expect(got).toEqual([0, 1, 2]);
    trial.expectCounts({ totalSent: 3, totalSucceeded: 3 });
    await trial.expectUnharmed(id);
  });

  it('ahead, past several timeouts at once, runs none of those that waited (S4)', async () => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    const got: unknown[] = [];
    broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : (got.push(message), NEVER)));
    const seen = [1, 2, 3].map((message) => watchFor(broker.send(id, message, { timeout: 1_000 })));
    clock.pass(1);
    clock.jump(HOUR);
    clock.pass(NAP);
    expect(got).toEqual([1]);
    expect(seen.map(({ error }) => (error as { started?: boolean }).started)).toEqual([true, false, false]);
    trial.expectCounts({ totalSent: 3, totalAborted: 1, totalFailed: 2 });
    await trial.expectUnharmed(id);
  });

  it.each([-HOUR, HOUR])('by %i ms takes nothing from a turnTimeout, and from close()', async (jump) => {
    const trial = new Trial({ observed });
    const { broker, clock } = trial;
    broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : NEVER), { turnTimeout: 1_000 });
    broker.trySend(id, 1);
    clock.pass(10);
    clock.jump(jump);
    clock.pass(1_000 + 2 * NAP);
    trial.expectCounts({ totalSent: 1, totalAborted: 1, totalDeadLettered: 1 });
    broker.trySend(id, 2);
    const closed = broker.close({ timeout: 500 });
    clock.jump(-HOUR);
    clock.pass(500);
    await closed;
    expect(trial.metrics).toMatchObject({ totalSent: 2, totalAborted: 2 });
    trial.expectClosed();
  });
});

describe('the system clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it.each([-24 * HOUR, -1_000, 1_000, 24 * HOUR])('set by %i ms loses no count and keeps nothing open, with the default scheduler', (jump) => {
    const { broker, letters } = setup();
    broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : NEVER), { turnTimeout: 30_000 });
    const seen = watchFor(broker.send(id, 1, { timeout: 1_000 }));
    const queued = watchFor(broker.send(id, 2, { timeout: 2_000 }));
    const told = broker.trySend(id, ORDINARY, { ttl: 24 * HOUR });
    vi.advanceTimersByTime(100);
    vi.setSystemTime(Date.now() + jump);
    vi.advanceTimersByTime(2_000 + 2 * NAP);
    expect(told).toMatchObject({ ok: true });
    expect([seen.error, queued.error]).toMatchObject([{ code: 'Timeout' }, { code: 'Timeout' }]);
    expect(letters.filter(({ asked }) => !asked).length).toBe(jump === 24 * HOUR ? 1 : 0);
    expect(watchFor(broker.send(id, ORDINARY)).values).toEqual(['fine']);
    const { totalSent, totalDelivered, totalFailed, pending, inFlight, openRequests } = broker.metrics();
    expect([totalSent, totalDelivered + totalFailed, pending, inFlight, openRequests]).toEqual([4, 4, 0, 0, 0]);
    void broker.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

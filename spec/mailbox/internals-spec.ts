import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type Timed, Deadlines } from '../../src/mailbox/deadlines';
import { deepFreeze } from '../../src/mailbox/freeze';
import { macrotask } from '../../src/mailbox/macrotask';
import { laneOfStamp, stampOf, stampedAt } from '../../src/mailbox/stamp';

describe('Deadlines', () => {
  const timed = (expired: string[], name: string): Timed => ({ deadline: 0, order: 0, heapIndex: -1, expire: () => void expired.push(name) });

  it('expires in order, and forgets what is removed', () => {
    const scheduler = new VirtualTimeScheduler();
    const deadlines = new Deadlines({ scheduler, enter: () => true, leave: () => undefined });
    const expired: string[] = [];
    const items = Array.from({ length: 50 }, (_, i) => timed(expired, String(i)));
    items.forEach((item, i) => deadlines.add(item, 1_000 - ((i * 37) % 50) * 10, 0));
    for (const i of [3, 17, 49, 0]) deadlines.remove(items[i] as Timed);
    deadlines.remove(items[3] as Timed);
    expect(deadlines.size).toBe(46);
    scheduler.flush();
    const order = items.map((item, i) => ({ i, deadline: item.deadline })).filter(({ i }) => ![3, 17, 49, 0].includes(i)).sort((a, b) => a.deadline - b.deadline);
    expect(expired).toEqual(order.map(({ i }) => String(i)));
    expect(deadlines.size).toBe(0);
  });

  it('wakes earlier for an earlier deadline, and sleeps for good when none is left', () => {
    const scheduler = new VirtualTimeScheduler();
    const deadlines = new Deadlines({ scheduler, enter: () => true, leave: () => undefined });
    const expired: string[] = [];
    deadlines.add(timed(expired, 'late'), 60, 0);
    deadlines.add(timed(expired, 'early'), 5, 0);
    scheduler.maxFrames = 5;
    scheduler.flush();
    expect(expired).toEqual(['early']);
    scheduler.maxFrames = Infinity;
    scheduler.flush();
    expect(expired).toEqual(['early', 'late']);
    expect(scheduler.actions).toHaveLength(0);
  });

  it('expires nothing after it is closed', () => {
    const scheduler = new VirtualTimeScheduler();
    const deadlines = new Deadlines({ scheduler, enter: () => true, leave: () => undefined });
    const expired: string[] = [];
    deadlines.add(timed(expired, 'a'), 5, 0);
    deadlines.close();
    scheduler.flush();
    expect(expired).toEqual([]);
    expect(deadlines.size).toBe(0);
  });
});

describe('a stamp', () => {
  it('is a lane and a time in one small integer', () => {
    const now = 1_795_450_365_294;
    for (const lane of [0, 1, 2, 3]) {
      const stamp = stampOf(lane, now);
      expect(stamp).toBeLessThan(2 ** 31);
      expect(laneOfStamp(stamp)).toBe(lane);
      expect(stampedAt(stamp, { now: () => now + 12_345 })).toBe(now);
    }
  });

  it('says nothing of the time where it is only a lane', () => {
    expect(stampedAt(2, { now: () => 5 })).toBe(-1);
    expect(laneOfStamp(2)).toBe(2);
  });
});

describe('deepFreeze', () => {
  it('freezes all there is, circles too, and calls no getter', () => {
    const message: any = { list: [{ n: 1 }], nothing: null, text: 'x', fn: () => {} };
    message.self = message;
    Object.defineProperty(message, 'hostile', { enumerable: true, get: () => { throw new Error('called'); } });
    deepFreeze(message);
    expect([message, message.list, message.list[0], message.fn].every(Object.isFrozen)).toBe(true);
  });

  it('leaves alone what cannot be frozen', () => {
    const bytes = new Uint8Array(4);
    const hostile = new Proxy({}, { preventExtensions: () => { throw new Error('no'); } });
    for (const message of [undefined, null, 5, 'x', { bytes, hostile }]) expect(() => deepFreeze(message)).not.toThrow();
    bytes[0] = 1;
    expect(bytes[0]).toBe(1);
  });
});

describe('macrotask', () => {
  it('lets microtasks go first', async () => {
    const steps: string[] = [];
    const done = new Promise<void>((resolve) => {
      macrotask(() => {
        steps.push('macrotask');
        resolve();
      });
    });
    await Promise.resolve();
    steps.push('microtask');
    await done;
    expect(steps).toEqual(['microtask', 'macrotask']);
  });

  it('uses a message channel where there is no setImmediate, and closes it', async () => {
    vi.stubGlobal('setImmediate', undefined);
    await new Promise<void>((resolve) => {
      macrotask(resolve);
    });
    vi.unstubAllGlobals();
  });
});

import { describe, expect, it, vi } from 'vitest';
import { deepFreeze } from '../../src/mailbox/freeze';
import { macrotask } from '../../src/mailbox/dispatch/macrotask';
import { laneOfStamp, stampOf, stampedAt } from '../../src/mailbox/turn/stamp';

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

  it('stays a small integer, whatever the time', () => {
    for (const now of [-1, 0, 1, 2].map((more) => 2 ** 29 + more)) {
      const stamp = stampOf(3, now);
      expect(stamp).toBeGreaterThan(0);
      expect(laneOfStamp(stamp)).toBe(3);
      expect(stampedAt(stamp, { now: () => now + 1 })).toBe(now);
    }
  });

  it('is of now where the clock was set back since', () => {
    const now = 1_795_450_365_294;
    expect(stampedAt(stampOf(1, now), { now: () => now - 10_000 })).toBe(now - 10_000);
  });

  it('says nothing of the time where it is only a lane', () => {
    for (const now of [0, 5, 1_795_450_365_294]) expect(stampedAt(2, { now: () => now })).toBe(-1);
    expect(laneOfStamp(2)).toBe(2);
  });
});

describe('deepFreeze', () => {
  it('freezes all there is, circles too, but no function, and calls no getter', () => {
    const message: any = { list: [{ n: 1 }], nothing: null, text: 'x', fn: () => {} };
    message.self = message;
    Object.defineProperty(message, 'hostile', { enumerable: true, get: () => { throw new Error('called'); } });
    deepFreeze(message);
    expect([message, message.list, message.list[0]].every(Object.isFrozen)).toBe(true);
    expect(Object.isFrozen(message.fn)).toBe(false);
  });

  it('looks behind what is null, no object, or frozen already', () => {
    const list: unknown[] = [{ first: 1 }, null, undefined, 5, 'x', Object.freeze({}), { last: 1 }];
    deepFreeze(list);
    expect(Object.isFrozen(list[0])).toBe(true);
    expect(Object.isFrozen(list[6])).toBe(true);
  });

  it('freezes what is inside of what was frozen by itself before', () => {
    const inner = { n: 1, deeper: Object.freeze([{ n: 2 }]) };
    const circle: { inner: object; self?: unknown } = { inner };
    circle.self = circle;
    deepFreeze(Object.freeze(circle));
    expect([inner, inner.deeper[0]].every(Object.isFrozen)).toBe(true);
  });

  it('freezes what is under a symbol, or not enumerable', () => {
    const key = Symbol('key');
    const message = Object.defineProperty({ [key]: { n: 1 }, hidden: { n: 2 } }, 'hidden', { enumerable: false });
    deepFreeze(message);
    expect([message[key], message.hidden].every(Object.isFrozen)).toBe(true);
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

  it('is setImmediate’s, where there is one (D4)', () => {
    const asked: unknown[] = [];
    const work = (): void => {};
    vi.stubGlobal('setImmediate', (what: unknown) => asked.push(what));
    try {
      macrotask(work);
    } finally {
      vi.unstubAllGlobals();
    }
    expect(asked).toEqual([work]);
  });

  it('uses a message channel where there is no setImmediate, and closes it', async () => {
    vi.stubGlobal('setImmediate', undefined);
    await new Promise<void>((resolve) => {
      macrotask(resolve);
    });
    vi.unstubAllGlobals();
  });
});

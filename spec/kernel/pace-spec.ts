import { afterEach, describe, expect, it, vi } from 'vitest';
import { Pace } from '../../src/kernel/pace';

/** A pace whose clocks the spec sets, and the macrotasks that it has asked for. */
function setup(): { pace: Pace; due: (() => void)[]; wait(ms: number, isFrozen?: boolean): Pace; jump(ms: number): Pace } {
  const due: (() => void)[] = [];
  vi.stubGlobal('setImmediate', (work: () => void) => void due.push(work));
  let now = Date.now();
  let passed = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => passed);
  const pace = new Pace({ read: () => now });
  const wait = (ms: number, isFrozen = false): Pace => {
    passed += ms;
    if (!isFrozen) now += ms;
    return pace;
  };
  const jump = (ms: number): Pace => {
    now += ms;
    return pace;
  };
  return { pace, due, wait, jump };
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('the pace of a drain', () => {
  it('is measured after 1, 2, 4 … 32 messages while they are quick (D4)', () => {
    const { pace } = setup();
    pace.begin();
    expect(Array.from({ length: 8 }, () => pace.look())).toEqual([1, 2, 4, 8, 16, 32, 32, 32]);
    pace.begin();
    expect([pace.look(), pace.look()]).toEqual([1, 2]);
  });

  it('is measured after each message where they take more than a millisecond (D4)', () => {
    const { pace, wait } = setup();
    pace.begin();
    expect([pace.look(), wait(1).look(), wait(0).look(), wait(1.5).look(), wait(0).look()]).toEqual([1, 2, 4, 1, 2]);
  });

  it('is measured after each message where the scheduler’s clock alone goes on by more than a millisecond (D4)', () => {
    const { pace, jump } = setup();
    pace.begin();
    expect([pace.look(), jump(0).look(), jump(1.5).look(), jump(0).look()]).toEqual([1, 2, 1, 2]);
  });

  it('ends its time after more than 5 ms, and where the clock was set back (D4)', () => {
    const { pace, wait } = setup();
    pace.begin();
    pace.look();
    expect([wait(5).look(), wait(0.5).look()]).toEqual([1, 0]);
    pace.begin();
    pace.look();
    expect(wait(-1).look()).toBe(0);
  });

  it('goes by the machine’s clock where the scheduler’s stands still, as `Date` does in some tests (D4)', () => {
    const { pace, wait } = setup();
    pace.begin();
    pace.look();
    expect([0, 0, 1.5, 3.5, 0.5].map((ms) => wait(ms, true).look())).toEqual([2, 4, 1, 1, 0]);
  });
});

describe('the pace of microtasks', () => {
  it('holds the event loop up after more than 5 ms, until a macrotask has come (D4)', () => {
    const { due, wait } = setup();
    expect([0, 4, 1].map((ms) => wait(ms).isHoldingUp())).toEqual([false, false, false]);
    expect(due).toHaveLength(0);
    expect([1, 1, 50].map((ms) => wait(ms).isHoldingUp())).toEqual([true, true, true]);
    expect(due).toHaveLength(1);
    due[0]!();
    expect([1, 4, 1, 1].map((ms) => wait(ms).isHoldingUp())).toEqual([false, false, false, true]);
    expect(due).toHaveLength(2);
  });

  it('is measured anew after a pause of 5 ms, in which a macrotask may have come: a mark shows whether one has (D4)', () => {
    const { due, wait } = setup();
    expect([0, 4, 5].map((ms) => wait(ms).isHoldingUp())).toEqual([false, false, false]);
    expect(due).toHaveLength(1);
    expect([5, 1].map((ms) => wait(ms).isHoldingUp())).toEqual([false, true]);
  });

  it('does not wait for ever for a macrotask that a test environment has taken away (D4)', () => {
    const { due, wait } = setup();
    expect([0, 4, 2, 99, 100].map((ms) => wait(ms).isHoldingUp())).toEqual([false, false, true, true, false]);
    expect(due).toHaveLength(2);
  });

  it('is none in virtual time, also in that of a `fakeAsync` test (D4)', () => {
    const { wait } = setup();
    expect([-3_600_000, 4, 4, 4].map((ms) => wait(ms).isHoldingUp())).toEqual([false, false, false, false]);
    const other = setup();
    vi.stubGlobal('Zone', { current: { get: (key: string) => (key === 'FakeAsyncTestZoneSpec' ? {} : undefined) } });
    expect([0, 4, 4, 4].map((ms) => other.wait(ms).isHoldingUp())).toEqual([false, false, false, false]);
    vi.stubGlobal('Zone', { current: { get: () => undefined } });
    expect(other.wait(4).isHoldingUp()).toBe(true);
  });

  it('marks outside of all zones, so that no zone waits for that (D4)', () => {
    const { due, wait } = setup();
    const outside: number[] = [];
    vi.stubGlobal('Zone', { root: { run: (work: () => void) => (work(), outside.push(due.length)) } });
    for (const ms of [0, 4, 2]) wait(ms).isHoldingUp();
    expect(outside).toEqual([1]);
  });
});

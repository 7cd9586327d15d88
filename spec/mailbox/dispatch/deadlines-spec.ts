import fc from 'fast-check';
import { Subscription, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Deadlines } from '../../../src/mailbox/dispatch/deadlines';
import type { Timed } from '../../../src/mailbox/dispatch/timed';

function setup() {
  const scheduler = new VirtualTimeScheduler();
  const deadlines = new Deadlines({ scheduler, within: (work) => work() });
  const expired: string[] = [];
  const add = (name: string, timeout: number): Timed => {
    const item: Timed = { place: null, expire: () => void expired.push(`${name} at ${scheduler.now()}`) };
    deadlines.add(item, timeout, scheduler.now());
    return item;
  };
  const goOnFor = (ms: number): void => {
    scheduler.schedule(() => undefined, ms);
    scheduler.maxFrames = scheduler.frame + ms;
    scheduler.flush();
  };
  return { scheduler, deadlines, expired, add, goOnFor };
}

describe('Deadlines', () => {
  it('expire in order, equal ones in the order of coming, however many different timeouts there are (S4)', () => {
    const command = fc.oneof(
      { weight: 4, arbitrary: fc.record({ timeout: fc.constantFrom(10, 10, 10, 3, 20, 21, 22, 23, 24, 25, 26, 27, 28, 150) }) },
      { weight: 2, arbitrary: fc.record({ remove: fc.nat(50) }) },
      { weight: 1, arbitrary: fc.record({ pass: fc.nat(30) }) },
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        const { scheduler, deadlines, expired, add, goOnFor } = setup();
        const expected: { readonly name: string; readonly at: number }[] = [];
        const items: Timed[] = [];
        for (const command of commands) {
          if ('timeout' in command) {
            expected.push({ name: String(items.length), at: scheduler.now() + command.timeout });
            items.push(add(String(items.length), command.timeout));
          } else if ('pass' in command) goOnFor(command.pass);
          else {
            const item = items[command.remove];
            if (item?.place == null) continue;
            item.place.remove(item);
            expected.splice(
              expected.findIndex(({ name }) => name === String(command.remove)),
              1,
            );
          }
          expect(deadlines.size).toBe(expected.filter(({ at }) => at > scheduler.now()).length);
        }
        goOnFor(200);
        expect(expired).toEqual(expected.sort((a, b) => a.at - b.at).map(({ name, at }) => `${name} at ${at}`));
        expect(scheduler.actions.filter(({ closed }) => !closed)).toHaveLength(0);
      }),
    );
  });

  it('wake earlier for an earlier deadline, and sleep for good when none is left', () => {
    const { scheduler, expired, add, goOnFor } = setup();
    add('late', 60);
    add('early', 5);
    goOnFor(5);
    expect(expired).toEqual(['early at 5']);
    scheduler.maxFrames = Infinity;
    scheduler.flush();
    expect(expired).toEqual(['early at 5', 'late at 60']);
    expect(scheduler.actions).toHaveLength(0);
  });

  it('keep nothing of those who have left, or no more than there are who wait', () => {
    const { deadlines, add } = setup();
    const leave = (item: Timed): void => item.place?.remove(item);
    for (let timeout = 1_000; timeout < 2_000; timeout++) leave(add('a', timeout));
    expect(deadlines.length).toBe(0);
    const items = Array.from({ length: 1_000 }, (_, i) => add('b', 5_000 - (i % 7)));
    items.slice(0, 900).forEach(leave);
    expect(deadlines.size).toBe(100);
    expect(deadlines.length).toBeLessThanOrEqual(200);
    items.slice(900).forEach(leave);
    expect(deadlines.length).toBe(0);
  });

  it('forget the last to come at once, and the others when they are more than those who wait', () => {
    const { deadlines, expired, add, goOnFor } = setup();
    const items = [30, 20, 20, 10, 40].map((timeout, i) => add(String(i), timeout));
    const leave = (...indices: number[]): void => indices.forEach((i) => items[i]?.place?.remove(items[i]));
    leave(4);
    expect(deadlines.length).toBe(4);
    leave(3, 1);
    expect([deadlines.size, deadlines.length]).toEqual([2, 4]);
    for (let i = 5; i < 8; i++) items.push(add(String(i), 20));
    leave(5);
    expect([deadlines.size, deadlines.length]).toEqual([4, 7]);
    leave(0);
    expect([deadlines.size, deadlines.length]).toEqual([3, 3]);
    goOnFor(20);
    expect(expired).toEqual(['2 at 20', '6 at 20', '7 at 20']);
  });

  it('expire in their order, whoever left, and however many (S4)', () => {
    const timeouts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 120 });
    fc.assert(
      fc.property(timeouts, fc.infiniteStream(fc.boolean()), (all, leaves) => {
        const { deadlines, expired, add, goOnFor } = setup();
        const waiting = all.map((timeout, i) => ({ timeout, name: String(i), item: add(String(i), timeout) }));
        const left = waiting.filter(() => leaves.next().value);
        for (const { item } of left) item.place?.remove(item);
        const expected = waiting.filter((one) => !left.includes(one));
        expect(deadlines.size).toBe(expected.length);
        expect(deadlines.length).toBeLessThanOrEqual(2 * expected.length);
        goOnFor(50);
        expect(expired).toEqual(expected.sort((x, y) => x.timeout - y.timeout).map(({ name, timeout }) => `${name} at ${timeout}`));
      }),
    );
  });

  it('expire nothing when they are closed', () => {
    const { scheduler, deadlines, expired, add } = setup();
    const items = [5, 6, 7, 8, 9, 10, 11, 12, 13, 14].map((timeout) => add('a', timeout));
    deadlines.close();
    scheduler.flush();
    expect(expired).toEqual([]);
    expect([deadlines.size, deadlines.length]).toEqual([0, 0]);
    expect(items.map(({ place }) => place)).toEqual(items.map(() => null));
  });

  it('expire in the order of coming where different timeouts end at one time (S4)', () => {
    const { expired, add, goOnFor } = setup();
    for (const [name, timeout] of [['first', 30], ['second', 20], ['third', 10]] as const) {
      add(name, timeout);
      goOnFor(10);
    }
    expect(expired).toEqual(['first at 30', 'second at 30', 'third at 30']);
  });

  describe('one timer', () => {
    /** Deadlines by a clock of its own; every nap that is asked for is noted. */
    function napping() {
      const naps: number[] = [];
      const expired: number[] = [];
      const clock = { at: 1_000, wake: (): void => undefined };
      const schedule = (work: () => void, nap: number): Subscription => {
        clock.wake = work;
        naps.push(nap);
        return new Subscription();
      };
      const scheduler = { now: () => clock.at, schedule };
      const deadlines = new Deadlines({ scheduler: scheduler as never, within: (work) => work() });
      const add = (timeout: number): Timed => {
        const item: Timed = { place: null, expire: () => void expired.push(timeout) };
        deadlines.add(item, timeout, clock.at);
        return item;
      };
      return { naps, expired, clock, add };
    }

    it('is armed for 50 ms at most, and not again while it comes early enough (S4)', () => {
      const { naps, clock, add } = napping();
      for (const timeout of [200, 300, 50, 200]) add(timeout);
      clock.at += 10;
      for (const timeout of [200, 40]) add(timeout);
      expect(naps).toEqual([50]);
    });

    it('is armed anew for what it would come too late for (S4)', () => {
      const { naps, clock, add } = napping();
      for (const timeout of [200, 49, 30, 30]) add(timeout);
      clock.at += 10;
      add(19);
      expect(naps).toEqual([50, 49, 30, 19]);
    });

    it.each([
      [50, 0],
      [51, 51],
    ])('takes a clock that was set back by %i ms for one that lost %i', (back, lost) => {
      const { naps, expired, clock, add } = napping();
      add(200);
      clock.at -= back;
      add(100);
      expect(naps).toEqual([50]);
      clock.at = 1_200 - lost - 1;
      clock.wake();
      expect(expired).toEqual([100]);
      clock.at++;
      clock.wake();
      expect(expired).toEqual([100, 200]);
    });
  });
});

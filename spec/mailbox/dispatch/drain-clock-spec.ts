import { type SchedulerLike, Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { DrainClock } from '../../../src/mailbox/dispatch/drain-clock';

/** A clock in hand, whose work is run when it is called for, or at once. */
function setup(runsAtOnce: boolean): { clock: DrainClock; time: { now: number; readings: number }; run(): void } {
  const time = { now: 1_000, readings: 0 };
  const work: (() => void)[] = [];
  const scheduler = {
    now: () => (time.readings++, time.now),
    schedule: (job: () => void) => {
      if (runsAtOnce) job();
      else work.push(job);
      return Subscription.EMPTY;
    },
  } as unknown as SchedulerLike;
  return { clock: new DrainClock(scheduler), time, run: () => work.splice(0).forEach((job) => job()) };
}

describe('a clock outside of any drain', () => {
  it('gives one reading many times in one stretch, and none of it after that (D4, O3)', () => {
    const { clock, time, run } = setup(false);
    for (let n = 0; n < 20; n++) expect(clock.now()).toBe(1_000);
    expect(time.readings).toBe(2);
    expect(clock.isCoarse).toBe(true);
    time.now = 1_001;
    run();
    expect(clock.isCoarse).toBe(false);
    expect(clock.now()).toBe(1_001);
  });

  it('reads anew each time where its scheduler runs work at once, since there no stretch has an end (D4)', () => {
    const { clock, time } = setup(true);
    for (let n = 0; n < 20; n++) {
      expect(clock.now()).toBe(time.now);
      expect(clock.now()).toBe(time.now);
      expect(clock.isCoarse).toBe(false);
      time.now++;
    }
    expect(time.readings).toBe(40);
  });
});

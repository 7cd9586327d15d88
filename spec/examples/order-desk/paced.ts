import { type Observable, type SchedulerLike, defer, interval, mergeMap, range } from 'rxjs';

/** Milliseconds between two bursts. */
const TICK = 5;
/** The most milliseconds that a late timer makes up for. */
const LATE = 100;

/** Emits `perSecond()` times a second, in a burst every 5 ms. The rate is asked anew for each burst. */
export function paced(perSecond: () => number, scheduler: SchedulerLike): Observable<number> {
  return defer(() => {
    let last = scheduler.now();
    let due = 0;
    return interval(TICK, scheduler).pipe(
      mergeMap(() => {
        const now = scheduler.now();
        due = (due % 1) + (perSecond() * Math.min(now - last, LATE)) / 1_000;
        last = now;
        return range(0, Math.floor(due));
      }),
    );
  });
}

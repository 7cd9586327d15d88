/** Milliseconds by which the wall clock may get ahead of the monotonic one. More shows that the machine slept, or that the clock was set. */
const SLEPT = 1000;

/**
 * Tells the milliseconds since it was made. A clock that is set back does not change it, and the time in which the process was stopped or the
 * machine slept counts. (The monotonic clock stands still while the machine sleeps; leases end all the same.)
 */
export class SteadyClock {
  #now = 0;
  #monotonic: number = performance.now();
  #wall: number = Date.now();

  now(): number {
    const monotonic = performance.now();
    const wall = Date.now();
    const passed = monotonic - this.#monotonic;
    const missed = wall - this.#wall - passed;
    this.#now += missed > SLEPT ? passed + missed : passed;
    this.#monotonic = monotonic;
    this.#wall = wall;
    return this.#now;
  }
}

/** A pause of the wall clock against the monotonic one that only a machine that slept, or a clock that was set, can make. */
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

import type { SchedulerLike, Subscription } from 'rxjs';
import { LONGEST_DELAY } from '../kernel/timers';

/** How many of a flood are written: the first ones, then one count in every interval. */
export interface Throttling {
  readonly first: number;
  /** Milliseconds. */
  readonly interval: number;
}

/** Lets the first of many through, then writes one count every while: a flood of losses does not become a flood of lines. */
export class Throttle {
  readonly #first: number;
  readonly #interval: number;
  readonly #scheduler: SchedulerLike;
  readonly #writeCount: (count: number) => void;
  /** How many there were, and how many of them were written or told in a count. */
  #count = 0;
  #told: number;
  /** Writes the next count. */
  #timer: Subscription | undefined;

  constructor({ first, interval }: Throttling, scheduler: SchedulerLike, writeCount: (count: number) => void) {
    this.#first = this.#told = first;
    this.#interval = interval;
    this.#scheduler = scheduler;
    this.#writeCount = writeCount;
  }

  /** Whether the next one is to be written out; the later ones are only counted. */
  get isOpen(): boolean {
    return this.#count < this.#first;
  }

  /** One more. Of those that are not written, a count is written when `interval` is over. */
  count(): void {
    if (++this.#count <= this.#first || this.#interval === Infinity || this.#timer !== undefined) return;
    this.#timer = this.#scheduler.schedule(() => {
      this.#timer = undefined;
      this.#flush();
    }, Math.min(this.#interval, LONGEST_DELAY));
    // Where it is a timer of Node's, it keeps no process alive: nobody waits for a count.
    (this.#timer as { id?: { unref?(): void } }).id?.unref?.();
  }

  /** Writes the last count. */
  close(): void {
    this.#timer?.unsubscribe();
    this.#flush();
  }

  #flush(): void {
    const counted = this.#count - this.#told;
    if (counted <= 0 || this.#interval === Infinity) return;
    this.#told = this.#count;
    this.#writeCount(counted);
  }
}

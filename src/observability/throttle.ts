import type { SchedulerLike, Subscription } from 'rxjs';
import { LONGEST_DELAY } from '../kernel/timers';
import { runOutsideZones } from '../kernel/zone';
import { type Logger, write } from './logger';

/** How much of a flood of losses or errors is written. */
export interface Throttling {
  /** How many are written one by one. */
  readonly first: number;
  /** Milliseconds between the counts of the rest. */
  readonly interval: number;
}

/** Lets the first ones pass, then writes a count at every interval, so that a flood of losses does not become a flood of lines. */
export class Throttle {
  readonly #first: number;
  readonly #interval: number;
  readonly #scheduler: SchedulerLike;
  readonly #logger: Logger;
  readonly #level: 'warn' | 'error';
  readonly #what: string;
  /** How many there were. */
  #count = 0;
  /** How many of them were written, one by one or in a count. */
  #told: number;
  /** Whether a count is to be written when `#timer` is over. */
  #isDue = false;
  #timer: Subscription | undefined;

  /** `what` it counts, in the plural. */
  constructor({ first, interval }: Throttling, scheduler: SchedulerLike, logger: Logger, level: 'warn' | 'error', what: string) {
    this.#first = this.#told = first;
    this.#interval = interval;
    this.#scheduler = scheduler;
    this.#logger = logger;
    this.#level = level;
    this.#what = what;
  }

  /** Whether the next one is to be written, not only counted. */
  get isOpen(): boolean {
    return this.#count < this.#first;
  }

  /** Counts one more. Returns how the line about it ends, or `undefined` if it has no line: then a count is written when `interval` is over. */
  count(): string | undefined {
    if (++this.#count < this.#first) return '';
    if (this.#count === this.#first) return ' Further ones are only counted.';
    if (this.#interval !== Infinity && !this.#isDue) this.#startTimer();
    return undefined;
  }

  /** Writes a line about one of them. */
  write(text: string, ...details: unknown[]): void {
    write(this.#logger, this.#level, text, ...details);
  }

  /** Writes the last count. */
  close(): void {
    this.#guarded(() => this.#timer?.unsubscribe());
    this.#flush();
  }

  #startTimer(): void {
    // If the scheduler throws (rule D6), it is not asked again, and the count is written when the broker closes.
    this.#isDue = true;
    this.#guarded(() =>
      // Outside of zones: an Angular application becomes stable before the count is written.
      runOutsideZones(() => {
        this.#timer = this.#scheduler.schedule(() => {
          this.#isDue = false;
          this.#flush();
        }, Math.min(this.#interval, LONGEST_DELAY));
        // A timer of Node must not keep the process alive for a count.
        (this.#timer as unknown as { id?: { unref?(): void } }).id?.unref?.();
      }),
    );
  }

  /** Calls the scheduler, which is user code. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.write('the scheduler threw:', error);
    }
  }

  #flush(): void {
    const counted = this.#count - this.#told;
    if (counted <= 0 || this.#interval === Infinity) return;
    this.#told = this.#count;
    this.write(`${counted} further ${this.#what}.`);
  }
}

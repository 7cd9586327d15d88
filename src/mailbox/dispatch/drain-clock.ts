import type { SchedulerLike, Subscription } from 'rxjs';
import { stampOf, stampedAt } from '../turn/stamp';
import { macrotask } from './macrotask';
import { READING_MASK, SLICE } from './pace';

/** The time of a dispatch. It is read once for many messages: a reading is half of what a dead letter costs (rule D4). */
export class DrainClock {
  readonly #scheduler: SchedulerLike;
  /** The drain's first and last reading; -1 when it has read nothing yet. */
  #startedAt = -1;
  #readAt = -1;
  /** How often the last reading may still be given, and what forbids it when this stretch is over. */
  #readingsLeft = 0;
  #staleness: Subscription | undefined;
  /** Turns that settled after their stack had returned; and since when they do so without a macrotask in between. */
  #settled = 0;
  #settlingSince = -1;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  /** Whether its last reading serves for what comes now: this stretch is a flood. */
  get isCoarse(): boolean {
    return this.#readingsLeft > 0;
  }

  /** The drain's last reading, or a new one where there is none. In a flood outside of any drain, one serves for 32. */
  now(): number {
    if (this.#readingsLeft > 0) {
      this.#readingsLeft--;
      return this.#readAt;
    }
    if (this.#startedAt >= 0) return this.#readAt;
    const now = this.#scheduler.now();
    if (now === this.#readAt) {
      this.#readingsLeft = READING_MASK;
      // At once by the same clock, so before time moves on, in virtual time too; else a later reading would be of now.
      const staleness = this.#staleness ?? this.#scheduler.schedule(() => this.#forgetReading());
      // A scheduler may run its work at once.
      if (this.isCoarse) this.#staleness = staleness;
    }
    this.#readAt = now;
    return now;
  }

  /** The stamp of a message sent now, of this lane: by the drain's last reading, or a new one where it must be `exact`. */
  stamp(lane: number, exact: boolean): number {
    if (exact) return stampOf(lane, this.#scheduler.now());
    return this.#startedAt >= 0 ? stampOf(lane, this.#readAt) : lane;
  }

  /** When a message with this stamp was sent; -1 where the stamp does not say. */
  sentAt(stamp: number): number {
    return stampedAt(stamp, this.#scheduler);
  }

  /** The drain begins, unless it has. */
  start(): void {
    if (this.#startedAt < 0) this.#startedAt = this.#readAt = this.#scheduler.now();
  }

  /** Reads it anew. Whether the drain's time is over. */
  isOverdue(): boolean {
    const now = this.#scheduler.now();
    this.#readAt = now;
    if (this.#startedAt < 0) this.#startedAt = now;
    return isSliceOver(this.#startedAt, now);
  }

  /**
   * Counts a turn that settled after its stack had returned. Promises that settle one another are microtasks: each drains for a moment,
   * and none of these drains is ever overdue. So they are timed together, from one macrotask to the next.
   */
  isSettlingOverdue(): boolean {
    if ((++this.#settled & READING_MASK) !== 0) return false;
    const now = this.#scheduler.now();
    if (this.#settlingSince >= 0) return isSliceOver(this.#settlingSince, now);
    this.#settlingSince = now;
    macrotask(() => {
      this.#settlingSince = -1;
    });
    return false;
  }

  /** The drain has ended. */
  stop(): void {
    this.#startedAt = -1;
  }

  close(): void {
    this.#staleness?.unsubscribe();
    this.#forgetReading();
  }

  #forgetReading(): void {
    this.#readingsLeft = 0;
    this.#staleness = undefined;
  }
}

/** A clock that was set back says nothing of how long it took: then the slice is over, too. */
function isSliceOver(since: number, now: number): boolean {
  return now - since > SLICE || now < since;
}

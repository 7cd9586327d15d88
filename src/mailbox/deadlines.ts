import type { SchedulerLike, Subscription } from 'rxjs';
import { DeadlineHeap } from './deadline-heap';
import { DeadlineLine } from './deadline-line';
import { type Timed, type Waiting, isBefore } from './timed';

/** The timer is never armed for longer, so it need not be cancelled when the last ask settles: Node is let go within this time. */
const LONGEST_NAP = 50;
/** Different timeouts that have a line of their own; most brokers use one or two. */
const MOST_LINES = 8;

/** Where time comes from, and where what expires runs. */
interface DeadlineDispatch {
  readonly scheduler: SchedulerLike;
  enter(): boolean;
  leave(outermost: boolean): void;
}

/** Every deadline of a broker behind one timer (rule S4): a line for each of the first few timeouts, one heap for all others. */
export class Deadlines {
  readonly #dispatch: DeadlineDispatch;
  readonly #lines = new Map<number, DeadlineLine>();
  readonly #heap = new DeadlineHeap();
  #timer: Subscription | undefined;
  #wakesAt = Infinity;
  /** The last reading of the clock. */
  #readAt = -Infinity;
  #added = 0;

  constructor(dispatch: DeadlineDispatch) {
    this.#dispatch = dispatch;
  }

  get size(): number {
    return this.#waiting.reduce((size, waiting) => size + waiting.size, 0);
  }

  /** `item` expires `timeout` milliseconds after `now`. */
  add(item: Timed, timeout: number, now: number): void {
    this.#noticeJump(this.#readAt, now);
    item.deadline = now + timeout;
    item.order = this.#added++;
    this.#placeFor(timeout, item.deadline).add(item);
    if (item.deadline < this.#wakesAt || this.#timer === undefined) this.#arm(now);
  }

  /** Ends the timer. What still waits never expires. */
  close(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    for (const waiting of this.#waiting) waiting.clear();
    this.#lines.clear();
  }

  get #waiting(): Waiting[] {
    return [this.#heap, ...this.#lines.values()];
  }

  /** The first to expire of all. */
  get #first(): Timed | null {
    let { first } = this.#heap;
    for (const line of this.#lines.values()) if (line.first !== null && (first === null || isBefore(line.first, first))) ({ first } = line);
    return first;
  }

  #placeFor(timeout: number, deadline: number): Waiting {
    const line = this.#lines.get(timeout);
    if (line !== undefined) return line.fits(deadline) ? line : this.#heap;
    if (this.#lines.size >= MOST_LINES) {
      for (const [other, { size }] of this.#lines) if (size === 0) this.#lines.delete(other);
      if (this.#lines.size >= MOST_LINES) return this.#heap;
    }
    const added = new DeadlineLine();
    this.#lines.set(timeout, added);
    return added;
  }

  #arm(now: number): void {
    const first = this.#first;
    if (first === null) return;
    const nap = Math.min(LONGEST_NAP, Math.max(0, first.deadline - now));
    if (this.#timer !== undefined && now + nap >= this.#wakesAt) return;
    this.#timer?.unsubscribe();
    this.#wakesAt = now + nap;
    this.#timer = this.#dispatch.scheduler.schedule(() => this.#wake(), nap);
  }

  #wake(): void {
    const now = this.#dispatch.scheduler.now();
    this.#noticeJump(this.#wakesAt, now);
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    // All that is due ends before anything runs: a seat that the first sets free must not go to one that is over as well (rule S4).
    const outermost = this.#dispatch.enter();
    try {
      for (let first = this.#first; first !== null && first.deadline <= now; first = this.#first) {
        first.place?.remove(first);
        first.expire();
      }
    } finally {
      this.#arm(now);
      this.#dispatch.leave(outermost);
    }
  }

  /** The clock was set back: what has been waited for stays waited for. */
  #noticeJump(expected: number, now: number): void {
    this.#readAt = now;
    const behind = expected - now;
    if (behind <= LONGEST_NAP || behind === Infinity) return;
    for (const waiting of this.#waiting) waiting.shift(behind);
    this.#wakesAt -= behind;
  }
}

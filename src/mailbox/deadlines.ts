import type { SchedulerLike, Subscription } from 'rxjs';
import type { Timed } from './timed';

/** The timer is never armed for longer, so it need not be cancelled when the last ask settles: Node is let go within this time. */
const LONGEST_NAP = 50;

/** Where time comes from, and where what expires runs. */
interface DeadlineDispatch {
  readonly scheduler: SchedulerLike;
  within(work: () => void): void;
}

/**
 * Every deadline of a broker behind one timer (rule S4), in the order of their coming.
 *
 * Nearly all leave before their time, and from anywhere, so coming and leaving are what must cost nothing: what has left keeps its slot
 * until it is the last, or until those who left outnumber those who wait. Only when the earliest deadline is over are all times looked through:
 * 0.2 ms for 100,000 of them.
 *
 * Two arrays side by side instead of a field of those who wait: in an array a time takes 8 bytes, in a field 24.
 */
export class Deadlines {
  readonly #dispatch: DeadlineDispatch;
  readonly #items: Timed[] = [];
  readonly #times: number[] = [];
  #size = 0;
  /** Nobody expires before. The one who would may have left. */
  #earliest = Infinity;
  #timer: Subscription | undefined;
  /** `Infinity` while there is no timer. */
  #wakesAt = Infinity;
  /** The last reading of the clock. */
  #readAt = -Infinity;

  constructor(dispatch: DeadlineDispatch) {
    this.#dispatch = dispatch;
  }

  get size(): number {
    return this.#size;
  }

  /** Held, those who have left included: for the spec that shows that they go. */
  get length(): number {
    return this.#items.length;
  }

  /** `item` expires `timeout` milliseconds after `now`. */
  add(item: Timed, timeout: number, now: number): void {
    this.#noticeJump(this.#readAt, now);
    const time = now + timeout;
    item.place = this;
    this.#size++;
    this.#items.push(item);
    this.#times.push(time);
    if (time < this.#earliest) this.#earliest = time;
    if (time < this.#wakesAt) this.#arm(now);
  }

  /** Only of an item that is here. */
  remove(item: Timed): void {
    item.place = null;
    this.#size--;
    const items = this.#items;
    if (items[items.length - 1] === item) {
      items.pop();
      this.#times.pop();
    }
    if (items.length > 2 * this.#size) this.#compact();
  }

  /** Ends the timer. What still waits never expires. */
  close(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    for (const item of this.#items) item.place = null;
    this.#size = 0;
    this.#compact();
  }

  /** Those who have left go. */
  #compact(): void {
    const items = this.#items;
    let kept = 0;
    for (let index = 0; index < items.length; index++) {
      const item = items[index] as Timed;
      if (item.place !== this) continue;
      items[kept] = item;
      this.#times[kept++] = this.#times[index] as number;
    }
    items.length = this.#times.length = kept;
  }

  #arm(now: number): void {
    if (this.#size === 0) return;
    const nap = Math.min(LONGEST_NAP, Math.max(0, this.#earliest - now));
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
    this.#dispatch.within(() => {
      const due = this.#due(now);
      try {
        for (const [, item] of due) {
          // The end of another may have been the end of this one.
          if (item.place !== this) continue;
          this.remove(item);
          item.expire();
        }
      } finally {
        // What a throw has left behind is due still.
        if (due.some(([, item]) => item.place === this)) this.#earliest = now;
        this.#arm(now);
      }
    });
  }

  /** The first to expire goes first, of those who expire at once the first to come. */
  #due(now: number): readonly (readonly [number, Timed])[] {
    const due: [number, Timed][] = [];
    if (now < this.#earliest) return due;
    this.#earliest = Infinity;
    const times = this.#times;
    // By their times alone, which lie side by side: who has left is not looked at.
    for (let index = 0; index < times.length; index++) {
      const time = times[index] as number;
      if (time <= now) due.push([time, this.#items[index] as Timed]);
      else if (time < this.#earliest) this.#earliest = time;
    }
    return due.sort(([a], [b]) => a - b);
  }

  /** The clock was set back: what has been waited for stays waited for. */
  #noticeJump(expected: number, now: number): void {
    this.#readAt = now;
    const behind = expected - now;
    if (behind <= LONGEST_NAP) return;
    const times = this.#times;
    for (let index = 0; index < times.length; index++) (times[index] as number) -= behind;
    this.#wakesAt -= behind;
    this.#earliest -= behind;
  }
}

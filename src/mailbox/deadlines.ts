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
 * Every deadline of a broker behind one timer (rule S4): a binary heap, the first to expire on top.
 *
 * Most deadlines come in their order, so coming is one comparison. Most leave before their time, and from anywhere: what has left stays
 * in the heap until it is on top, or until those who left outnumber those who wait. So both cost the same for one and for 100,000.
 *
 * Three arrays side by side instead of fields of those who wait: in an array a time takes 8 bytes, in a field 24.
 */
export class Deadlines {
  readonly #dispatch: DeadlineDispatch;
  readonly #items: Timed[] = [];
  readonly #times: number[] = [];
  /** The turn of each among equal times: the first to come is the first to expire. */
  readonly #orders: number[] = [];
  #size = 0;
  #timer: Subscription | undefined;
  /** `Infinity` while there is no timer. */
  #wakesAt = Infinity;
  /** The last reading of the clock. */
  #readAt = -Infinity;
  #added = 0;

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
    this.#rise(this.#items.length, item, time, this.#added++);
    if (time < this.#wakesAt) this.#arm(now);
  }

  /** Only of an item that is here. */
  remove(item: Timed): void {
    item.place = null;
    this.#size--;
    const items = this.#items;
    if (items[items.length - 1] === item) this.#pop();
    if (items.length > 2 * this.#size) this.#compact();
  }

  /** Ends the timer. What still waits never expires. */
  close(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    for (const item of this.#items) item.place = null;
    this.#truncate(0);
    this.#size = 0;
  }

  /** The first to expire; those on top who have left go. */
  #first(): Timed | undefined {
    const items = this.#items;
    while (items.length > 0 && (items[0] as Timed).place !== this) {
      const last = items.length - 1;
      const item = items[last] as Timed;
      const time = this.#times[last] as number;
      const order = this.#orders[last] as number;
      this.#pop();
      // Never itself: those who have left are no more than those who wait.
      this.#sink(0, item, time, order);
    }
    return items[0];
  }

  /** Those who have left go; the rest is made a heap again. */
  #compact(): void {
    const items = this.#items;
    let kept = 0;
    for (let index = 0; index < items.length; index++) {
      const item = items[index] as Timed;
      if (item.place === this) this.#set(kept++, item, this.#times[index] as number, this.#orders[index] as number);
    }
    this.#truncate(kept);
    for (let index = (kept >> 1) - 1; index >= 0; index--) {
      this.#sink(index, items[index] as Timed, this.#times[index] as number, this.#orders[index] as number);
    }
  }

  /** Puts `item` at `index`, and then as high as it belongs. */
  #rise(index: number, item: Timed, time: number, order: number): void {
    let at = index;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (this.#isBefore(above, time, order)) break;
      this.#move(above, at);
      at = above;
    }
    this.#set(at, item, time, order);
  }

  /** Puts `item` at `index`, and then as deep as it belongs. */
  #sink(index: number, item: Timed, time: number, order: number): void {
    const { length } = this.#items;
    let at = index;
    for (let below = 2 * at + 1; below < length; below = 2 * at + 1) {
      const next = below + 1;
      if (next < length && this.#isBefore(next, this.#times[below] as number, this.#orders[below] as number)) below = next;
      if (!this.#isBefore(below, time, order)) break;
      this.#move(below, at);
      at = below;
    }
    this.#set(at, item, time, order);
  }

  /** Whether what stands at `index` expires before `time`, or came before `order` where both end at once. */
  #isBefore(index: number, time: number, order: number): boolean {
    const other = this.#times[index] as number;
    return other < time || (other === time && (this.#orders[index] as number) < order);
  }

  #move(from: number, to: number): void {
    this.#set(to, this.#items[from] as Timed, this.#times[from] as number, this.#orders[from] as number);
  }

  #set(index: number, item: Timed, time: number, order: number): void {
    this.#items[index] = item;
    this.#times[index] = time;
    this.#orders[index] = order;
  }

  #pop(): void {
    this.#items.pop();
    this.#times.pop();
    this.#orders.pop();
  }

  #truncate(length: number): void {
    this.#items.length = this.#times.length = this.#orders.length = length;
  }

  #arm(now: number): void {
    if (this.#first() === undefined) return;
    const nap = Math.min(LONGEST_NAP, Math.max(0, (this.#times[0] as number) - now));
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
      try {
        for (let first = this.#first(); first !== undefined && (this.#times[0] as number) <= now; first = this.#first()) {
          this.remove(first);
          first.expire();
        }
      } finally {
        this.#arm(now);
      }
    });
  }

  /** The clock was set back: what has been waited for stays waited for. */
  #noticeJump(expected: number, now: number): void {
    this.#readAt = now;
    const behind = expected - now;
    if (behind <= LONGEST_NAP) return;
    const times = this.#times;
    for (let index = 0; index < times.length; index++) (times[index] as number) -= behind;
    this.#wakesAt -= behind;
  }
}

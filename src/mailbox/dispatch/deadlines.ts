import type { SchedulerLike, Subscription } from 'rxjs';
import type { Timed } from './timed';

/** The timer is never armed for longer, so it need not be cancelled when the last ask settles: Node is let go within this time. */
const LONGEST_NAP = 50;

/** Where time comes from, and where what expires runs. */
interface DeadlineDispatch {
  readonly scheduler: SchedulerLike;
  within(work: () => void): void;
}

/** One who waits. When it has left, its item is at no place any more. */
interface Wait {
  readonly item: Timed;
  time: number;
  /** Its turn among equal times: the first to come is the first to expire. */
  readonly order: number;
}

/**
 * Every deadline of a broker behind one timer (rule S4): a binary heap, the first to expire on top.
 *
 * Most deadlines come in their order, so coming is one comparison. Most leave before their time, and from anywhere: what has left stays
 * in the heap until it is on top, or until those who left outnumber those who wait. So both cost the same for one and for 100,000.
 */
export class Deadlines {
  readonly #dispatch: DeadlineDispatch;
  #heap: Wait[] = [];
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
    return this.#heap.length;
  }

  /** A turn among equal times, for one that is added later. */
  reserve(): number {
    return this.#added++;
  }

  /** `item` expires `timeout` milliseconds after `now`. */
  add(item: Timed, timeout: number, now: number, order: number = this.reserve()): void {
    this.#noticeJump(this.#readAt, now);
    const time = now + timeout;
    item.place = this;
    this.#size++;
    this.#rise({ item, time, order });
    if (time < this.#wakesAt) this.#arm(now);
  }

  /** Only of an item that is here. */
  remove(item: Timed): void {
    item.place = null;
    this.#size--;
    const heap = this.#heap;
    if (heap.at(-1)?.item === item) heap.pop();
    // In their order they are a heap again.
    if (heap.length > 2 * this.#size) this.#heap = heap.filter((wait) => this.#waits(wait)).sort((one, other) => (isBefore(one, other) ? -1 : 1));
  }

  /** Ends the timer. What still waits never expires. */
  close(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    for (const { item } of this.#heap) item.place = null;
    this.#heap = [];
    this.#size = 0;
  }

  #waits({ item }: Wait): boolean {
    return item.place === this;
  }

  /** The first to expire; those on top who have left go. */
  #first(): Wait | undefined {
    const heap = this.#heap;
    while (heap.length > 0 && !this.#waits(heap[0] as Wait)) {
      const last = heap.pop() as Wait;
      // Never itself: those who have left are no more than those who wait.
      this.#sink(last);
    }
    return heap[0];
  }

  /** Puts it at the end, and then as high as it belongs. */
  #rise(wait: Wait): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (isBefore(heap[above] as Wait, wait)) break;
      heap[at] = heap[above] as Wait;
      at = above;
    }
    heap[at] = wait;
  }

  /** Puts it on top, and then as deep as it belongs. */
  #sink(wait: Wait): void {
    const heap = this.#heap;
    const { length } = heap;
    let at = 0;
    for (let below = 1; below < length; below = 2 * at + 1) {
      if (below + 1 < length && isBefore(heap[below + 1] as Wait, heap[below] as Wait)) below++;
      if (!isBefore(heap[below] as Wait, wait)) break;
      heap[at] = heap[below] as Wait;
      at = below;
    }
    heap[at] = wait;
  }

  #arm(now: number): void {
    const first = this.#first();
    if (first === undefined) return;
    const nap = Math.min(LONGEST_NAP, Math.max(0, first.time - now));
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
        for (let first = this.#first(); first !== undefined && first.time <= now; first = this.#first()) {
          this.remove(first.item);
          first.item.expire();
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
    for (const wait of this.#heap) wait.time -= behind;
    this.#wakesAt -= behind;
  }
}

function isBefore(one: Wait, other: Wait): boolean {
  return one.time < other.time || (one.time === other.time && one.order < other.order);
}

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
 */
export class Deadlines {
  readonly #dispatch: DeadlineDispatch;
  #heap: Timed[] = [];
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

  /** `item` expires `timeout` milliseconds after `now`. */
  add(item: Timed, timeout: number, now: number): void {
    this.#noticeJump(this.#readAt, now);
    item.deadline = now + timeout;
    item.order = this.#added++;
    item.place = this;
    this.#size++;
    const heap = this.#heap;
    let index = heap.length;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above] as Timed;
      if (compare(parent, item) < 0) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = item;
    if (item.deadline < this.#wakesAt) this.#arm(now);
  }

  /** Only of an item that is here. */
  remove(item: Timed): void {
    item.place = null;
    this.#size--;
    const heap = this.#heap;
    if (heap[heap.length - 1] === item) heap.pop();
    // What is sorted is a heap.
    else if (heap.length > 2 * this.#size) this.#heap = heap.filter(({ place }) => place === this).sort(compare);
  }

  /** Ends the timer. What still waits never expires. */
  close(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    for (const item of this.#heap) item.place = null;
    this.#heap = [];
    this.#size = 0;
  }

  /** The first to expire; those on top who have left go. */
  #first(): Timed | undefined {
    const heap = this.#heap;
    while (heap.length > 0 && (heap[0] as Timed).place !== this) {
      const item = heap.pop() as Timed;
      if (heap.length > 0) this.#sink(item);
    }
    return heap[0];
  }

  /** Puts `item` on top, and then as deep as it belongs. */
  #sink(item: Timed): void {
    const heap = this.#heap;
    let index = 0;
    for (let below = 1; below < heap.length; below = index * 2 + 1) {
      if (below + 1 < heap.length && compare(heap[below + 1] as Timed, heap[below] as Timed) < 0) below++;
      const child = heap[below] as Timed;
      if (compare(item, child) < 0) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = item;
  }

  #arm(now: number): void {
    const first = this.#first();
    if (first === undefined) return;
    const nap = Math.min(LONGEST_NAP, Math.max(0, first.deadline - now));
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
        for (let first = this.#first(); first !== undefined && first.deadline <= now; first = this.#first()) {
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
    for (const item of this.#heap) item.deadline -= behind;
    this.#wakesAt -= behind;
  }
}

function compare(a: Timed, b: Timed): number {
  return a.deadline - b.deadline || a.order - b.order;
}

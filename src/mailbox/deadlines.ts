import type { SchedulerLike, Subscription } from 'rxjs';

/** Something that ends at a time. It keeps its own place in the heap, so that leaving is cheap too. */
export interface Timed {
  deadline: number;
  /** Its turn among equal deadlines: the first to come is the first to expire. */
  order: number;
  /** -1 while it is in no heap. */
  heapIndex: number;
  expire(): void;
}

/** The timer is never armed for longer, so it need not be cancelled when the last ask settles: Node is let go within this time. */
const LONGEST_NAP = 50;

/** Where time comes from, and where what expires runs. */
interface DeadlineDispatch {
  readonly scheduler: SchedulerLike;
  enter(): boolean;
  leave(outermost: boolean): void;
}

/** Every deadline of a broker in one binary heap behind one timer (rule S4). */
export class Deadlines {
  readonly #dispatch: DeadlineDispatch;
  readonly #heap: Timed[] = [];
  #timer: Subscription | undefined;
  #wakesAt = Infinity;
  /** The last reading of the clock. */
  #readAt = -Infinity;
  #added = 0;

  constructor(dispatch: DeadlineDispatch) {
    this.#dispatch = dispatch;
  }

  get size(): number {
    return this.#heap.length;
  }

  add(item: Timed, deadline: number, now: number): void {
    this.#noticeJump(this.#readAt, now);
    item.deadline = deadline;
    item.order = this.#added++;
    const heap = this.#heap;
    heap.push(item);
    this.#up(item, heap.length - 1);
    if (deadline < this.#wakesAt || this.#timer === undefined) this.#arm(now);
  }

  remove(item: Timed): void {
    const index = item.heapIndex;
    if (index < 0) return;
    item.heapIndex = -1;
    const last = this.#heap.pop() as Timed;
    if (last === item) return;
    this.#up(last, index);
    if (last.heapIndex === index) this.#down(last, index);
  }

  /** Ends the timer. What is still in the heap never expires. */
  close(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
    this.#wakesAt = Infinity;
    for (const item of this.#heap) item.heapIndex = -1;
    this.#heap.length = 0;
  }

  #arm(now: number): void {
    const first = this.#heap[0];
    if (first === undefined) return;
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
      for (let first = this.#heap[0]; first !== undefined && first.deadline <= now; first = this.#heap[0]) {
        this.remove(first);
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
    for (const item of this.#heap) item.deadline -= behind;
    this.#wakesAt -= behind;
  }

  #up(item: Timed, from: number): void {
    const heap = this.#heap;
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above] as Timed;
      if (isBefore(parent, item)) break;
      heap[index] = parent;
      parent.heapIndex = index;
      index = above;
    }
    heap[index] = item;
    item.heapIndex = index;
  }

  #down(item: Timed, from: number): void {
    const heap = this.#heap;
    let index = from;
    for (;;) {
      let below = index * 2 + 1;
      if (below >= heap.length) break;
      if (below + 1 < heap.length && isBefore(heap[below + 1] as Timed, heap[below] as Timed)) below++;
      const child = heap[below] as Timed;
      if (isBefore(item, child)) break;
      heap[index] = child;
      child.heapIndex = index;
      index = below;
    }
    heap[index] = item;
    item.heapIndex = index;
  }
}

function isBefore(a: Timed, b: Timed): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}

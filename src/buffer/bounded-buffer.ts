import { HIGHEST_LANE } from '../message/lane';
import type { Fairness, Overflow } from '../message/mailbox-options';
import { type Withdrawable, ChunkedQueue } from './chunked-queue';
import { type Offer, ACCEPTED, EVICTED, FULL, REFUSED } from './offer';

/** The full credits 1, 2, 4 and 8, in four bits for each lane. Lane 0 has the lowest bits. */
const FULL_CREDIT = 0x8421;

/**
 * The one bounded-buffer algorithm: a capacity, an overflow strategy, and four lanes, FIFO within each (rules M2, M3 and M8).
 *
 * Mailboxes and the operators of `rx-broker/operators` share it. The buffer decides and keeps; its owner settles and tells what is lost.
 */
export class BoundedBuffer<Value, Meta extends number | Withdrawable = number> {
  readonly capacity: number;
  readonly overflow: Overflow;
  /** The most values that were ever queued at once after an `offer`. */
  highWaterMark = 0;
  /** The value that the last `EVICTED` pushed out, with its meta and its lane. */
  victim: Value | undefined;
  victimMeta: Meta | undefined;
  victimLane = 0;
  #size = 0;
  /** For each lane in which values are queued, the lowest of its four bits, to compare with `#credit`. */
  #occupied = 0;
  /** The credit that each lane has left, in its four bits. */
  #credit = FULL_CREDIT;
  /** The credit that a value costs: 1, or 0 if the highest lane always goes first (`strict`). */
  readonly #price: number;
  readonly #lanes: (ChunkedQueue<Value, Meta> | undefined)[] = [undefined, undefined, undefined, undefined];

  constructor(capacity: number, overflow: Overflow, fairness?: Fairness) {
    this.capacity = capacity;
    this.overflow = overflow;
    this.#price = fairness === 'strict' ? 0 : 1;
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.capacity;
  }

  /** Queues `value` by the overflow strategy, and returns what has become of it. */
  offer(value: Value, meta: Meta, lane: number): Offer {
    let answer: Offer = ACCEPTED;
    if (this.#size >= this.capacity) {
      if (this.overflow === 'drop-newest') return REFUSED;
      if (this.overflow !== 'drop-oldest') return FULL;
      const lowest = (31 - Math.clz32(this.#occupied & -this.#occupied)) >> 2;
      if (lowest > lane) return REFUSED;
      this.victimLane = lowest;
      this.victimMeta = this.metaOf(lowest);
      this.victim = this.take(lowest);
      answer = EVICTED;
    }
    this.push(value, meta, lane);
    if (this.#size > this.highWaterMark) this.highWaterMark = this.#size;
    return answer;
  }

  /**
   * Queues `value` without a look at the capacity. It does not raise the high water mark, since it takes the place of a value that left, or
   * leaves at once.
   */
  push(value: Value, meta: Meta, lane: number): void {
    let queue = this.#lanes[lane];
    if (queue === undefined) this.#lanes[lane] = queue = new ChunkedQueue();
    queue.push(value, meta);
    this.#occupied |= 1 << (lane * 4);
    this.#size++;
  }

  /** Whether a value is queued in `lane`. */
  has(lane: number): boolean {
    return ((this.#occupied >> (lane * 4)) & 1) === 1;
  }

  /** The lane whose turn it is, which pays for it. To be called only if `size` is not 0, and followed by `take`. */
  next(): number {
    const occupied = this.#occupied;
    let credit = this.#credit;
    let ready = occupied & (credit | (credit >> 1) | (credit >> 2) | (credit >> 3));
    if (ready === 0) {
      credit = FULL_CREDIT;
      ready = occupied;
    }
    const highest = 31 - Math.clz32(ready);
    this.#credit = credit - (this.#price << highest);
    return highest >> 2;
  }

  /** The meta of the head of `lane`. */
  metaOf(lane: number): Meta {
    return (this.#lanes[lane] as ChunkedQueue<Value, Meta>).headMeta();
  }

  /** Takes the head of `lane` out and returns its value. To be called after `metaOf` if values can be withdrawn, since that skips them. */
  take(lane: number): Value {
    const queue = this.#lanes[lane] as ChunkedQueue<Value, Meta>;
    const value = queue.shift();
    this.#left(queue, lane);
    return value;
  }

  /** Frees the place of a record of `lane` that has just been withdrawn. */
  withdrawn(lane: number): void {
    const queue = this.#lanes[lane] as ChunkedQueue<Value, Meta>;
    queue.withdrawn();
    this.#left(queue, lane);
  }

  /** Visits all values, highest lane first, oldest first within a lane. */
  forEach(visit: (value: Value, meta: Meta, lane: number) => void): void {
    for (let lane = HIGHEST_LANE; lane >= 0; lane--) this.#lanes[lane]?.forEach((value, meta) => visit(value, meta, lane));
  }

  /** Forgets the value of the last eviction, so that it is not kept alive. */
  forgetVictim(): void {
    this.victim = undefined;
    this.victimMeta = undefined;
  }

  /** Counts that a value has left `lane`. */
  #left(queue: ChunkedQueue<Value, Meta>, lane: number): void {
    this.#size--;
    if (queue.size > 0) return;
    this.#occupied &= ~(1 << (lane * 4));
    if (this.#size === 0) this.#credit = FULL_CREDIT;
  }
}

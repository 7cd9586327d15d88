import { HIGHEST_LANE } from '../message/lane';
import type { Fairness, Overflow } from '../message/mailbox-options';
import { type Withdrawable, ChunkedQueue } from './chunked-queue';
import { type Offer, ACCEPTED, EVICTED, FULL, REFUSED } from './offer';

/** Four bits a lane, low in the lowest: 1, 2, 4 and 8. */
const FULL_CREDIT = 0x8421;

/**
 * The one bounded-buffer algorithm: a capacity, an overflow strategy, four lanes, FIFO within each.
 *
 * Mailboxes and the operators of `rx-broker/operators` share it. It only decides and keeps; who loses what, and who is told, is its
 * owner's part.
 */
export class BoundedBuffer<Value, Meta extends number | Withdrawable = number> {
  readonly capacity: number;
  readonly overflow: Overflow;
  /** The most that was ever queued at once, what `push` lets in not counted. */
  highWaterMark = 0;
  /** What the last `EVICTED` threw out. */
  victim: Value | undefined;
  victimMeta: Meta | undefined;
  victimLane = 0;
  #size = 0;
  /** The lowest of a lane's four bits where it has something queued, so that it compares with the credit. */
  #occupied = 0;
  #credit = FULL_CREDIT;
  /** Of each value: 1; nothing where the highest lane always goes first. */
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

  /** Queues `value`, or says what the overflow strategy makes of it. */
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
   * Queues `value` without a look at the capacity: its place is known to be free. The high water mark does not count it: it takes a place
   * that another left, or runs at once.
   */
  push(value: Value, meta: Meta, lane: number): void {
    let queue = this.#lanes[lane];
    if (queue === undefined) this.#lanes[lane] = queue = new ChunkedQueue();
    queue.push(value, meta);
    this.#occupied |= 1 << (lane * 4);
    this.#size++;
  }

  /** Whether something waits in `lane`. */
  has(lane: number): boolean {
    return ((this.#occupied >> (lane * 4)) & 1) === 1;
  }

  /** The lane whose turn it is; counts its credit. Only to be called when `size` is not 0, and followed by `take`. */
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

  /** Takes the head of `lane` out, after `metaOf`, and answers its value. */
  take(lane: number): Value {
    const queue = this.#lanes[lane] as ChunkedQueue<Value, Meta>;
    const value = queue.shift();
    this.#left(queue, lane);
    return value;
  }

  /** One record of `lane` has just been withdrawn: its place is free. */
  withdrawn(lane: number): void {
    const queue = this.#lanes[lane] as ChunkedQueue<Value, Meta>;
    queue.withdrawn();
    this.#left(queue, lane);
  }

  /** Everything queued, highest lane first, oldest first within one. */
  forEach(visit: (value: Value, meta: Meta, lane: number) => void): void {
    for (let lane = HIGHEST_LANE; lane >= 0; lane--) this.#lanes[lane]?.forEach((value, meta) => visit(value, meta, lane));
  }

  /** Forgets what the last eviction threw out, so that it is not kept alive. */
  forgetVictim(): void {
    this.victim = undefined;
    this.victimMeta = undefined;
  }

  /** One has left `lane`. */
  #left(queue: ChunkedQueue<Value, Meta>, lane: number): void {
    this.#size--;
    if (queue.size > 0) return;
    this.#occupied &= ~(1 << (lane * 4));
    if (this.#size === 0) this.#credit = FULL_CREDIT;
  }
}

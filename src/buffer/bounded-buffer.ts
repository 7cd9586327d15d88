import { HIGHEST_LANE } from '../message/lane';
import type { Fairness } from './fairness';
import type { Overflow } from './overflow';
import { ChunkedQueue, type Withdrawable } from './chunked-queue';
import { ACCEPTED, EVICTED, FULL, type Offer, REFUSED } from './offer';

/** Four bits a lane, low in the lowest: 1, 2, 4 and 8. */
const FULL_CREDIT = 0x8421;
/** The highest bit set in 0 to 15. */
const HIGHEST = [-1, 0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3] as const;
/** The lowest bit set in 0 to 15. */
const LOWEST = [4, 0, 1, 0, 2, 0, 1, 0, 3, 0, 1, 0, 2, 0, 1, 0] as const;

/**
 * The one bounded-buffer algorithm: a capacity, an overflow strategy, four lanes, FIFO within each.
 *
 * Mailboxes and the operators of `rx-broker/operators` share it. It only decides and keeps; who loses what, and who is told, is its
 * owner's part.
 */
export class BoundedBuffer<Value, Meta extends number | Withdrawable = number> {
  readonly capacity: number;
  readonly overflow: Overflow;
  /** The most that was ever queued at once. */
  highWaterMark = 0;
  /** What the last `EVICTED` threw out. */
  victim: Value | undefined;
  victimMeta: Meta | undefined;
  #size = 0;
  /** One bit for each lane that has something queued. */
  #occupied = 0;
  #credit = FULL_CREDIT;
  readonly #strict: boolean;
  readonly #lanes: (ChunkedQueue<Value, Meta> | undefined)[] = [undefined, undefined, undefined, undefined];

  constructor(capacity: number, overflow: Overflow, fairness: Fairness = 'weighted') {
    this.capacity = capacity;
    this.overflow = overflow;
    this.#strict = fairness === 'strict';
  }

  get size(): number {
    return this.#size;
  }

  get isFull(): boolean {
    return this.#size >= this.capacity;
  }

  /** Queues `value`, or says what the overflow strategy makes of it. */
  offer(value: Value, meta: Meta, lane: number): Offer {
    if (this.#size < this.capacity) {
      this.push(value, meta, lane);
      return ACCEPTED;
    }
    switch (this.overflow) {
      case 'drop-newest':
        return REFUSED;
      case 'drop-oldest': {
        const lowest = LOWEST[this.#occupied] as number;
        if (lowest > lane) return REFUSED;
        const queue = this.#lanes[lowest] as ChunkedQueue<Value, Meta>;
        this.victimMeta = queue.headMeta();
        this.victim = queue.headValue();
        this.#advance(queue, lowest);
        this.push(value, meta, lane);
        return EVICTED;
      }
      default:
        return FULL;
    }
  }

  /** Queues `value` whatever the capacity: for one whose place is known to be free. */
  push(value: Value, meta: Meta, lane: number): void {
    let queue = this.#lanes[lane];
    if (queue === undefined) this.#lanes[lane] = queue = new ChunkedQueue();
    queue.push(value, meta);
    this.#occupied |= 1 << lane;
    if (++this.#size > this.highWaterMark) this.highWaterMark = this.#size;
  }

  /** Whether something waits in `lane`. */
  has(lane: number): boolean {
    return ((this.#occupied >> lane) & 1) === 1;
  }

  /** The lane whose turn it is; counts its credit. Only to be called when `size` is not 0, and followed by `take`. */
  next(): number {
    const occupied = this.#occupied;
    let lane = HIGHEST[occupied] as number;
    if (this.#strict) return lane;
    let credit = this.#credit;
    while (lane >= 0 && ((occupied >> lane) & 1 & ((credit >> (lane * 4)) & 15 ? 1 : 0)) === 0) lane--;
    if (lane < 0) {
      credit = FULL_CREDIT;
      lane = HIGHEST[occupied] as number;
    }
    this.#credit = credit - (1 << (lane * 4));
    return lane;
  }

  /** The head of `lane`: its meta first, then its value, then `take`. */
  metaOf(lane: number): Meta {
    return (this.#lanes[lane] as ChunkedQueue<Value, Meta>).headMeta();
  }

  /** The head of `lane`, after `metaOf`. */
  valueOf(lane: number): Value {
    return (this.#lanes[lane] as ChunkedQueue<Value, Meta>).headValue();
  }

  /** Takes the head of `lane` out, after `metaOf`. */
  take(lane: number): void {
    this.#advance(this.#lanes[lane] as ChunkedQueue<Value, Meta>, lane);
  }

  /** One record of `lane` has just been withdrawn: its place is free. */
  withdrawn(lane: number): void {
    const queue = this.#lanes[lane] as ChunkedQueue<Value, Meta>;
    queue.withdrawn();
    if (--this.#size === 0) this.#credit = FULL_CREDIT;
    if (queue.size === 0) this.#occupied &= ~(1 << lane);
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

  #advance(queue: ChunkedQueue<Value, Meta>, lane: number): void {
    queue.advance();
    if (--this.#size === 0) this.#credit = FULL_CREDIT;
    if (queue.size === 0) this.#occupied &= ~(1 << lane);
  }
}

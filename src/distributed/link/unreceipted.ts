import type { SchedulerLike, Subscription } from 'rxjs';
import type { PackedFrame } from '../codec/packing';
import type { Parcel } from './parcels';

/** A batch that has gone out. */
export interface SentBatch {
  readonly seq: number;
  readonly frames: readonly PackedFrame[];
  readonly parcels: readonly Parcel[];
  readonly size: number;
  sentAt: number;
}

export interface UnreceiptedParts {
  readonly scheduler: SchedulerLike;
  /** Sends a batch again. */
  readonly send: (batch: SentBatch) => void;
  /** Whether the transport takes nothing at the moment. */
  readonly isBlocked: () => boolean;
  /** Called when a receipt is late, or when the transport has taken nothing for as long. */
  readonly late: () => void;
}

/** The most batches without a receipt. Frames wait for a place, and go out together. */
const MOST = 128;
/** Milliseconds after which a batch without a receipt is sent again. This doubles each time, up to the most. */
const RESEND_AFTER = 200;
const RESEND_AFTER_MOST = 2_000;
/** How many batches are sent again at once. */
const RESENT_AT_ONCE = 16;
/** Milliseconds for which a receipt waits for a frame that it can go with, if the other node does not wait for credit. */
export const LAZY_RECEIPT = 20;

/** The batches that have no receipt yet, in the order of their numbers. A batch is sent again until its receipt comes. */
export class Unreceipted {
  readonly #parts: UnreceiptedParts;
  #batches: SentBatch[] = [];
  #resendAfter = RESEND_AFTER;
  #timer: Subscription | undefined;
  #isClosed = false;

  constructor(parts: UnreceiptedParts) {
    this.#parts = parts;
  }

  get isEmpty(): boolean {
    return this.#batches.length === 0;
  }

  /** Whether nothing new may go out before a receipt comes. */
  get isFull(): boolean {
    return this.#batches.length >= MOST;
  }

  get parcels(): Parcel[] {
    return this.#batches.flatMap(({ parcels }) => parcels);
  }

  add(batch: SentBatch): void {
    this.#batches.push(batch);
    this.watch();
  }

  /** The other node has handled all batches up to `ack`. Returns those of them that had no receipt. `isAlone`: the receipt came without frames. */
  receipted(ack: number, isAlone: boolean): readonly SentBatch[] {
    const batches = this.#batches;
    const first = batches[0];
    if (first === undefined) return [];
    if (ack < first.seq) {
      // A receipt that comes alone and tells nothing new shows that a batch is missing there.
      const { scheduler, send } = this.#parts;
      if (isAlone && ack === first.seq - 1 && scheduler.now() - first.sentAt >= LAZY_RECEIPT) send(first);
      return [];
    }
    const count = ack - first.seq + 1;
    this.#batches = batches.slice(count);
    this.#resendAfter = RESEND_AFTER;
    return batches.slice(0, count);
  }

  /** Sends the oldest batches again. */
  sendAgain(): void {
    for (const batch of this.#batches.slice(0, RESENT_AT_ONCE)) this.#parts.send(batch);
  }

  /** Starts the timer for a late receipt, or for a transport that takes nothing. It is started again until there is neither. */
  watch(): void {
    const { isBlocked, late, scheduler } = this.#parts;
    const first = this.#batches[0];
    if (this.#isClosed || this.#timer !== undefined || (first === undefined && !isBlocked())) return;
    const left = first === undefined ? this.#resendAfter : Math.max(1, first.sentAt + this.#resendAfter - scheduler.now());
    this.#timer = scheduler.schedule(() => {
      this.#timer = undefined;
      if (this.#isLate) {
        this.#resendAfter = Math.min(this.#resendAfter * 2, RESEND_AFTER_MOST);
        late();
      }
      this.watch();
    }, left);
  }

  /** Stops sending again. Returns the parcels that the other node may not have. */
  close(): Parcel[] {
    const { parcels } = this;
    this.#isClosed = true;
    this.#timer?.unsubscribe();
    this.#batches = [];
    return parcels;
  }

  get #isLate(): boolean {
    const { isBlocked, scheduler } = this.#parts;
    const first = this.#batches[0];
    return isBlocked() || (first !== undefined && scheduler.now() >= first.sentAt + this.#resendAfter);
  }
}

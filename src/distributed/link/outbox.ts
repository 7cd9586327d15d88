import type { Subscription } from 'rxjs';
import type { Batch } from '../transport';
import type { PackedFrame, Packing } from '../codec/packing';
import type { Ticks } from './ticks';

/** A frame on its way to the other node. */
export interface Parcel {
  frame: PackedFrame;
  /** Whether it has gone out, in a batch that may have been lost. */
  isSent: boolean;
  /** Whether it is no longer to be sent, if it has not been. */
  isWithdrawn: boolean;
  /** Called before it goes out, with the time: if it has waited, less time may be left of what it says. */
  refresh?(now: number): void;
  /** Called when the other node has it. */
  received?(): unknown;
}

/** A batch that has no receipt. */
interface SentBatch {
  readonly seq: number;
  readonly frames: readonly PackedFrame[];
  readonly parcels: readonly Parcel[];
  readonly size: number;
  sentAt: number;
}

export interface OutboxParts {
  readonly packing: Packing;
  readonly maxBatch: number;
  readonly ticks: Ticks;
  /** Hands a batch to the transport. False: not now. */
  readonly send: (batch: Batch, transfer: readonly unknown[] | undefined) => boolean;
  /** The number of the last batch of the other node that was handled here: its receipt. */
  readonly ack: () => number;
  /** The most frames that wait to be sent, before too many do. */
  readonly mostWaiting: number;
  /** Called with each frame that is one too many. */
  readonly overflowed: () => void;
}

/** The most batches without a receipt. Frames wait for a place, and go out together. */
export const MOST_UNRECEIPTED = 128;
/**
 * The bytes of a batch, if its frames are small enough. The other node handles a larger one for longer than it takes until that is sent again: over
 * NATS 20,000 tells took 1.7 times as long in batches of 800 kB, and a broadcast 2.4 times.
 */
const USUAL_BATCH = 65_536;
/** The most bytes without a receipt: messages have a window, but replies and news have none. With half of them, nothing more is taken. */
export const MOST_BYTES: number = 64 * 1_048_576;
/** Milliseconds after which a batch without a receipt is sent again. This doubles each time, up to the most. */
const RESEND_AFTER = 200;
const RESEND_AFTER_MOST = 2_000;
/** How many batches are sent again at once. */
const RESENT_AT_ONCE = 16;
/** Milliseconds for which a receipt waits for a frame that it can go with, if the other node needs no credit of it. */
const LAZY_RECEIPT = 20;

/**
 * The frames that go to another node. They go out in numbered batches: the first of a tick at the end of the tick, so that a single ask is
 * quick, and what is added after that in one batch when the event loop has gone on. A batch is sent again until its receipt comes.
 */
export class Outbox {
  /** The bytes of the frames that the other node may not have. */
  bytes = 0;
  /** The number of the last batch that has its receipt. */
  receiptedSeq = 0;
  readonly #parts: OutboxParts;
  #waiting: Parcel[] = [];
  #sent: SentBatch[] = [];
  #lastSeq = 0;
  /** `idle`: nothing is due. `soon`: frames go out at the end of this tick. `later`: in a macrotask. */
  #state: 'idle' | 'soon' | 'later' = 'idle';
  #owesReceipt = false;
  #lazy: Subscription | undefined;
  #resend: Subscription | undefined;
  #resendAfter = RESEND_AFTER;
  /** The transport takes nothing, until it is connected again or some time has passed. */
  #isBlocked = false;
  #isClosed = false;
  readonly #goesOn = (): void => this.#goOn();

  constructor(parts: OutboxParts) {
    this.#parts = parts;
  }

  /** Whether everything has its receipt. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#sent.length === 0;
  }

  /** Whether so much waits for receipts that nothing more may be taken from the other node. */
  get isOverfull(): boolean {
    return this.#waiting.length > this.#parts.mostWaiting || this.bytes > MOST_BYTES / 2;
  }

  add(parcel: Parcel): void {
    this.bytes += parcel.frame.size;
    this.#waiting.push(parcel);
    if (this.isOverfull) this.#parts.overflowed();
    this.#schedule();
  }

  /**
   * The other node is owed a receipt. `isUrgent`: it waits for credit, or asks for a batch again. The receipt goes with the next frames, or alone
   * when the event loop has gone on.
   */
  oweReceipt(isUrgent: boolean): void {
    this.#owesReceipt = true;
    if (isUrgent) this.#goOnLater();
    else this.#lazy ??= this.#after(LAZY_RECEIPT, () => {
      this.#lazy = undefined;
      if (this.#owesReceipt) this.flush();
    });
  }

  /** A receipt has come: the other node has handled all batches up to this number. Returns the parcels whose `received` is to be called. */
  receipted(ack: number, isAlone: boolean): Parcel[] {
    const sent = this.#sent;
    const first = sent[0];
    if (first === undefined || ack > this.#lastSeq) return [];
    if (ack < first.seq) {
      // A receipt that comes alone and tells nothing new shows that a batch is missing there.
      if (isAlone && ack === first.seq - 1 && this.#now() - first.sentAt >= LAZY_RECEIPT) this.#sendAgain(first);
      return [];
    }
    const count = ack - first.seq + 1;
    this.#sent = sent.slice(count);
    this.receiptedSeq = ack;
    for (let index = 0; index < count; index++) this.bytes -= (sent[index] as SentBatch).size;
    this.#resendAfter = RESEND_AFTER;
    if (this.#waiting.length > 0) this.#schedule();
    return sent.slice(0, count).flatMap(({ parcels }) => parcels.filter((parcel) => parcel.received !== undefined));
  }

  /** The connection has returned, or the other node has just come: what has no receipt is sent again at once. */
  sendAllAgain(): void {
    this.#isBlocked = false;
    for (const batch of this.#sent.slice(0, RESENT_AT_ONCE)) this.#sendAgain(batch);
    this.flush();
    this.#watch();
  }

  /** Sends the frames that wait, now. */
  flush(): void {
    if (this.#isClosed) return;
    while (this.#canSend) this.#sendNext();
    if (this.#owesReceipt && !this.#isBlocked && this.#send(0, [])) this.#owesReceipt = false;
  }

  /** The parcels that the other node may not have. */
  get parcels(): Parcel[] {
    return [...this.#sent.flatMap((batch) => batch.parcels), ...this.#waiting];
  }

  /** Ends it. Returns the parcels that the other node may not have. */
  close(): Parcel[] {
    this.#isClosed = true;
    this.#lazy?.unsubscribe();
    this.#resend?.unsubscribe();
    const { parcels } = this;
    this.#sent = [];
    this.#waiting = [];
    return parcels;
  }

  // --------------------------------------------------------------------------------------------------

  /** Whether a frame waits, and may go out now. */
  get #canSend(): boolean {
    return !this.#isBlocked && this.#waiting.length > 0 && this.#sent.length < MOST_UNRECEIPTED;
  }

  #schedule(): void {
    if (this.#state !== 'idle' || this.#isClosed) return;
    this.#state = 'soon';
    this.#parts.ticks.soon(this.#goesOn);
  }

  #goOnLater(): void {
    if (this.#state !== 'idle' || this.#isClosed) return;
    this.#state = 'later';
    this.#parts.ticks.later(this.#goesOn);
  }

  /** Sends the frames that wait. Those that are added from now on go out in a macrotask, until one comes with nothing to send. */
  #goOn(): void {
    const isBusy = this.#state === 'soon' || this.#canSend || this.#owesReceipt;
    this.#state = 'idle';
    this.flush();
    if (isBusy && !this.#isBlocked) this.#goOnLater();
  }

  /** Sends one batch of what waits. If the transport does not take it, the frames go on waiting: nobody has seen them. */
  #sendNext(): void {
    const waiting = this.#waiting;
    const parcels: Parcel[] = [];
    const { maxBatch, packing } = this.#parts;
    const most = Math.min(maxBatch, USUAL_BATCH);
    const now = this.#now();
    let size = 0;
    let withdrawn = 0;
    let count = 0;
    for (const parcel of waiting) {
      if (parcel.isWithdrawn) withdrawn += parcel.frame.size;
      else {
        if (parcels.length > 0 && size + parcel.frame.size + packing.overhead(parcels.length + 1) > most) break;
        this.#refresh(parcel, now);
        size += parcel.frame.size;
        parcels.push(parcel);
      }
      count++;
    }
    if (parcels.length > 0) {
      const seq = this.#lastSeq + 1;
      const frames = parcels.map(({ frame }) => frame);
      if (!this.#send(seq, frames)) return;
      this.#lastSeq = seq;
      for (const parcel of parcels) parcel.isSent = true;
      this.#sent.push({ seq, frames, parcels, size, sentAt: now });
      this.#watch();
    }
    this.bytes -= withdrawn;
    this.#waiting = waiting.length === count ? [] : waiting.slice(count);
  }

  #refresh(parcel: Parcel, now: number): void {
    this.bytes -= parcel.frame.size;
    parcel.refresh?.(now);
    this.bytes += parcel.frame.size;
  }

  #send(seq: number, frames: readonly PackedFrame[]): boolean {
    const { ack, packing, send } = this.#parts;
    const transfer = frames.some((frame) => frame.transfer !== undefined) ? frames.flatMap((frame) => frame.transfer ?? []) : undefined;
    const isTaken = send(packing.batch([seq, ack()], frames), transfer);
    if (isTaken) this.#owesReceipt = false;
    else {
      this.#isBlocked = true;
      this.#watch();
    }
    return isTaken;
  }

  #sendAgain(batch: SentBatch): void {
    batch.sentAt = this.#now();
    // What has moved to the other side cannot be sent again; transports that move objects lose nothing.
    if (batch.frames.some(({ transfer }) => transfer !== undefined)) return;
    this.#send(batch.seq, batch.frames);
  }

  /** Looks after the batches without a receipt, and after frames that the transport did not take. */
  #watch(): void {
    if (this.#resend !== undefined || this.#isClosed) return;
    const first = this.#sent[0];
    if (first === undefined && !this.#isBlocked) return;
    const left = first === undefined ? this.#resendAfter : Math.max(1, first.sentAt + this.#resendAfter - this.#now());
    this.#resend = this.#after(left, () => {
      this.#resend = undefined;
      this.#resendIfLate();
      this.#watch();
    });
  }

  #resendIfLate(): void {
    const first = this.#sent[0];
    if (!this.#isBlocked && (first === undefined || this.#now() < first.sentAt + this.#resendAfter)) return;
    this.#resendAfter = Math.min(this.#resendAfter * 2, RESEND_AFTER_MOST);
    this.sendAllAgain();
  }

  #now(): number {
    return this.#parts.ticks.scheduler.now();
  }

  #after(ms: number, work: () => void): Subscription {
    return this.#parts.ticks.scheduler.schedule(work, ms);
  }
}

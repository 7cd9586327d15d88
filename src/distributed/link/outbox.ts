import type { Subscription } from 'rxjs';
import type { Batch } from '../transport';
import type { PackedFrame, Packing } from '../codec/packing';
import type { Parcel } from './parcels';
import type { Ticks } from './ticks';
import { LAZY_RECEIPT, type SentBatch, Unreceipted } from './unreceipted';

export interface OutboxParts {
  readonly packing: Packing;
  readonly maxBatch: number;
  readonly ticks: Ticks;
  /** Hands a batch to the transport. False: not now. */
  readonly send: (batch: Batch, transfer: readonly unknown[] | undefined) => boolean;
  /** The number of the last batch of the other node that was handled here: its receipt. */
  readonly ack: () => number;
  /** How many frames may wait to be sent. With more than these, nothing is taken from the other node, and it may be given up. */
  readonly mostWaiting: number;
  /** Called for each frame that is added while too many frames, or too many bytes, wait. */
  readonly overflowed: () => void;
}

/**
 * The bytes of a batch, if its frames are small enough. A larger batch would be sent again while the other node still handles it: over NATS
 * 20,000 tells took 1.7 times as long in batches of 800 kB, and a broadcast 2.4 times.
 */
const USUAL_BATCH = 65_536;
/**
 * So many frames go out at once over a transport that clones, so that the other thread handles them while this one goes on: with 64 asks in
 * flight over a port, 8.0 → 4.5 µs each. Over NATS a batch more costs as much as that saves. What moves stays with its sender until the end of
 * the tick, so a burst that moves something is not parted.
 */
const BURST = 32;
/** The most bytes without a receipt: messages have a window, but replies and news have none. When half of them wait, nothing more is taken from the other node. */
export const MOST_BYTES: number = 64 * 1_048_576;

/**
 * The frames that go to another node. They go out in numbered batches: the first of a tick at the end of the tick, so that a single ask is
 * quick, and what is added after that in one batch when the event loop has gone on; a burst to another thread goes out in parts. A batch is sent
 * again until its receipt comes.
 */
export class Outbox {
  /** The bytes of the frames that the other node may not have. */
  bytes = 0;
  /** The number of the last batch that has its receipt. */
  receiptedSeq = 0;
  readonly #parts: OutboxParts;
  #waiting: Parcel[] = [];
  /** Whether a frame that waits moves something. */
  #moves = false;
  #lastSeq = 0;
  /** `idle`: nothing is due. `soon`: frames go out at the end of this tick. `later`: in a macrotask. */
  #state: 'idle' | 'soon' | 'later' = 'idle';
  #owesReceipt = false;
  #lazy: Subscription | undefined;
  /** The transport takes nothing, until it is connected again or some time has passed. */
  #isBlocked = false;
  #isClosed = false;
  readonly #unreceipted: Unreceipted;
  readonly #goesOn = (): void => this.#goOn();

  constructor(parts: OutboxParts) {
    this.#parts = parts;
    this.#unreceipted = new Unreceipted({
      scheduler: parts.ticks.scheduler,
      send: (batch) => this.#sendAgain(batch),
      isBlocked: () => this.#isBlocked,
      late: () => this.#sendOldAndNew(),
    });
  }

  /** Whether everything has its receipt. */
  get isEmpty(): boolean {
    return this.#waiting.length === 0 && this.#unreceipted.isEmpty;
  }

  /** Whether so much waits for receipts that nothing more may be taken from the other node. */
  get isOverfull(): boolean {
    return this.#waiting.length > this.#parts.mostWaiting || this.bytes > MOST_BYTES / 2;
  }

  add(parcel: Parcel): void {
    this.bytes += parcel.frame.size;
    this.#waiting.push(parcel);
    if (this.isOverfull) this.#parts.overflowed();
    if (parcel.frame.transfer !== undefined) this.#moves = true;
    if (this.#waiting.length >= BURST && this.#parts.packing.isStructured && !this.#moves) this.flush();
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
    if (ack > this.#lastSeq) return [];
    const batches = this.#unreceipted.receipted(ack, isAlone);
    if (batches.length === 0) return [];
    this.receiptedSeq = ack;
    for (const { size } of batches) this.bytes -= size;
    if (this.#waiting.length > 0) this.#schedule();
    return batches.flatMap(({ parcels }) => parcels.filter((parcel) => parcel.received !== undefined));
  }

  /** The connection has returned, or the other node has just come: what has no receipt is sent again at once. */
  sendAllAgain(): void {
    this.#sendOldAndNew();
    this.#unreceipted.watch();
  }

  /** Sends the frames that wait, now. */
  flush(): void {
    if (this.#isClosed) return;
    while (this.#canSend) this.#sendNext();
    if (this.#owesReceipt && !this.#isBlocked && this.#send(0, [])) this.#owesReceipt = false;
  }

  /** The parcels that the other node may not have. */
  get parcels(): Parcel[] {
    return [...this.#unreceipted.parcels, ...this.#waiting];
  }

  /** Ends the outbox. Returns the parcels that the other node may not have. */
  close(): Parcel[] {
    this.#isClosed = true;
    this.#lazy?.unsubscribe();
    const parcels = [...this.#unreceipted.close(), ...this.#waiting];
    this.#waiting = [];
    return parcels;
  }

  // --------------------------------------------------------------------------------------------------

  /** Whether a frame waits, and may go out now. */
  get #canSend(): boolean {
    return !this.#isBlocked && this.#waiting.length > 0 && !this.#unreceipted.isFull;
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
      this.#unreceipted.add({ seq, frames, parcels, size, sentAt: now });
    }
    this.bytes -= withdrawn;
    this.#waiting = waiting.length === count ? [] : waiting.slice(count);
    if (this.#waiting.length === 0) this.#moves = false;
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
      this.#unreceipted.watch();
    }
    return isTaken;
  }

  #sendAgain(batch: SentBatch): void {
    batch.sentAt = this.#now();
    // What has moved to the other side cannot be sent again; transports that move objects lose nothing.
    if (batch.frames.some(({ transfer }) => transfer !== undefined)) return;
    this.#send(batch.seq, batch.frames);
  }

  /** Sends the oldest batches without a receipt again, and the frames that wait. */
  #sendOldAndNew(): void {
    this.#isBlocked = false;
    this.#unreceipted.sendAgain();
    this.flush();
  }

  #now(): number {
    return this.#parts.ticks.scheduler.now();
  }

  #after(ms: number, work: () => void): Subscription {
    return this.#parts.ticks.scheduler.schedule(work, ms);
  }
}

import type { Dispatcher } from '../../kernel/dispatcher';
import type { Batch } from '../transport';
import type { Packing } from '../codec/packing';
import type { Frame } from './frames';
import { HEAD_LENGTH, Inbox } from './inbox';
import { Outbox } from './outbox';
import type { Parcel } from './parcels';
import { readFrame } from './read-frame';
import { Silence } from './silence';
import type { Ticks } from './ticks';

export interface LinkSetup {
  readonly dispatcher: Dispatcher;
  readonly packing: Packing;
  readonly maxBatch: number;
  readonly ticks: Ticks;
  readonly send: (batch: Batch, transfer: readonly unknown[] | undefined) => boolean;
  /** Does what a frame says. Returns false if the frame makes no sense. */
  readonly handle: (frame: Frame) => boolean;
  /** A batch or a frame could not be read. */
  readonly bad: () => void;
  /** How many frames may wait to be sent. With more than these, nothing is taken from the other node, and it may be given up. */
  readonly mostWaiting: number;
  readonly isConnected: () => boolean;
  /** The other node gives no receipts, and too much waits for it. */
  readonly silent: () => void;
}

/** The frames that need no receipt soon, since they take no credit. */
const PATIENT: ReadonlySet<string> = /* @__PURE__ */ new Set(['value', 'complete', 'failed', 'error', 'cancel']);

/** The head of a batch of text: its number, and a receipt. */
const HEAD = /^\[\d{1,16},\d/;

/** The frames between this node and another one, in both directions: each is handled once, and in order, while both nodes live. */
export class Link {
  readonly outbox: Outbox;
  readonly #setup: LinkSetup;
  readonly #inbox: Inbox;
  readonly #silence: Silence;
  #isUrgent = false;

  constructor(setup: LinkSetup) {
    this.#setup = setup;
    const { maxBatch, mostWaiting, packing, send, ticks } = setup;
    this.#inbox = new Inbox(ticks, (frame) => this.#handle(frame), () => this.#batchEnded());
    this.outbox = new Outbox({ packing, maxBatch, mostWaiting, send, ticks, ack: () => this.#inbox.handled, overflowed: () => this.#silence.begin() });
    this.#silence = new Silence(this.outbox, ticks.scheduler, setup.isConnected, setup.silent);
  }

  /** Sends a frame. */
  post(frame: readonly unknown[]): void {
    this.outbox.add({ frame: this.#setup.packing.pack(frame), isSent: false, isWithdrawn: false });
  }

  /** Takes a batch, which may be anything. */
  receive(batch: unknown): void {
    if (this.#wasTaken(batch)) {
      this.outbox.oweReceipt(true);
      return;
    }
    const read = sizeOf(batch) > this.#setup.maxBatch ? undefined : this.#setup.packing.read(batch);
    const seq = read?.[0];
    const ack = read?.[1];
    if (read === undefined || !isNumber(seq) || !isNumber(ack)) {
      this.#setup.bad();
      return;
    }
    const parcels = this.outbox.receipted(ack, read.length === HEAD_LENGTH);
    if (parcels.length > 0) this.#setup.dispatcher.step(() => parcels.forEach((parcel) => parcel.received?.()));
    // While too much waits for the other node, its batches are dropped here. It sends them again.
    if (seq === 0 || this.outbox.isOverfull) return;
    if (!this.#inbox.take(seq, read)) this.outbox.oweReceipt(true);
  }

  /** Ends the link. Returns the parcels that the other node may not have. */
  close(): Parcel[] {
    this.#inbox.close();
    this.#silence.end();
    return this.outbox.close();
  }

  /** Whether a text is a batch that was taken before. It is not read again: a node that is slow gets many of these. */
  #wasTaken(batch: unknown): boolean {
    if (typeof batch !== 'string') return false;
    const seq = Number.parseInt(batch.slice(1, 18), 10);
    return seq > 0 && this.#inbox.has(seq) && HEAD.test(batch);
  }

  #handle(raw: unknown): void {
    const frame = readFrame(raw);
    if (frame === undefined) {
      this.#setup.bad();
      return;
    }
    if (!PATIENT.has(frame[0])) this.#isUrgent = true;
    if (!this.#setup.handle(frame)) this.#setup.bad();
  }

  #batchEnded(): void {
    this.outbox.oweReceipt(this.#isUrgent);
    this.#isUrgent = false;
  }
}

/** The least bytes that a batch of text or bytes has. */
function sizeOf(batch: unknown): number {
  return typeof batch === 'string' || batch instanceof Uint8Array ? batch.length : 0;
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

import type { Ticks } from './ticks';

/** The batches of one node that came too early: the most that are kept. */
const MOST_EARLY = 256;
/** Milliseconds after which the handling of frames gives way to a macrotask (rule D4), and after how many frames the clock is read. */
const SLICE = 5;
const STRIDE = 16;

/** How many numbers stand before the frames of a batch. */
export const HEAD_LENGTH = 2;

/** A batch whose frames are being handled. `at`: the next one. */
interface OpenBatch {
  readonly seq: number;
  readonly batch: readonly unknown[];
  at: number;
}

/**
 * The batches that come from another node. Each is handled once, in the order of their numbers, however often and in whichever order they come.
 * Frames that would keep the event loop busy wait for a macrotask.
 */
export class Inbox {
  /** The number of the last batch that was handled: its receipt. */
  handled = 0;
  readonly #ticks: Ticks;
  readonly #handle: (frame: unknown) => void;
  readonly #ended: () => void;
  /** The number of the last batch that was accepted in order. */
  #accepted = 0;
  readonly #early = new Map<number, readonly unknown[]>();
  readonly #open: OpenBatch[] = [];
  #isHandling = false;
  #isClosed = false;

  /** `ended` is called when a batch was handled. */
  constructor(ticks: Ticks, handle: (frame: unknown) => void, ended: () => void) {
    this.#ticks = ticks;
    this.#handle = handle;
    this.#ended = ended;
  }

  /** Whether a batch was taken before. */
  has(seq: number): boolean {
    return seq <= this.#accepted || this.#early.has(seq);
  }

  /** Takes a batch. Returns false if it was there before, or came too early: then the other node is owed a receipt. */
  take(seq: number, batch: readonly unknown[]): boolean {
    if (this.has(seq)) return false;
    if (seq > this.#accepted + 1) {
      if (seq <= this.#accepted + MOST_EARLY) this.#early.set(seq, batch);
      return false;
    }
    let next: readonly unknown[] | undefined = batch;
    while (next !== undefined) {
      this.#open.push({ seq: ++this.#accepted, batch: next, at: HEAD_LENGTH });
      next = this.#early.size === 0 ? undefined : this.#early.get(this.#accepted + 1);
      if (next !== undefined) this.#early.delete(this.#accepted + 1);
    }
    if (!this.#isHandling) this.#goOn();
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#open.length = 0;
    this.#early.clear();
  }

  #goOn(): void {
    this.#isHandling = true;
    const startedAt = this.#ticks.scheduler.now();
    let untilLook = STRIDE;
    for (let open = this.#open[0]; open !== undefined; open = this.#open[0]) {
      const { batch } = open;
      while (open.at < batch.length) {
        if (--untilLook === 0) {
          untilLook = STRIDE;
          if (this.#ticks.scheduler.now() - startedAt > SLICE) {
            this.#ticks.later(() => this.#goOn());
            return;
          }
        }
        this.#handle(batch[open.at++]);
        if (this.#isClosed) return;
      }
      this.#open.shift();
      this.handled = open.seq;
      this.#ended();
    }
    this.#isHandling = false;
  }
}

import type { SchedulerLike, Subscription } from 'rxjs';
import type { Outbox } from './outbox';

/** Milliseconds for which a node may give no receipt while too much waits for it. A node that lives gives one within its lease. */
const LONGEST = 10_000;

/**
 * Watches a node for which too much waits, because it sends asks but gives no receipts. Nothing more is taken from it meanwhile. If it gives no
 * receipt for ten seconds of connection, it is given up.
 */
export class Silence {
  readonly #outbox: Outbox;
  readonly #scheduler: SchedulerLike;
  readonly #isConnected: () => boolean;
  readonly #giveUp: () => void;
  #timer: Subscription | undefined;

  constructor(outbox: Outbox, scheduler: SchedulerLike, isConnected: () => boolean, giveUp: () => void) {
    this.#outbox = outbox;
    this.#scheduler = scheduler;
    this.#isConnected = isConnected;
    this.#giveUp = giveUp;
  }

  /** Too much waits for the node. */
  begin(): void {
    if (this.#timer !== undefined) return;
    const { receiptedSeq } = this.#outbox;
    let wasConnected = this.#isConnected();
    this.#timer = this.#scheduler.schedule(() => {
      this.#timer = undefined;
      wasConnected &&= this.#isConnected();
      if (!this.#outbox.isOverfull) return;
      if (wasConnected && this.#outbox.receiptedSeq === receiptedSeq) this.#giveUp();
      else this.begin();
    }, LONGEST);
  }

  end(): void {
    this.#timer?.unsubscribe();
  }
}

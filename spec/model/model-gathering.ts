import type { Listener } from './listener';
import type { ModelCaller } from './model-message';

interface Seat {
  result: string | undefined;
}

/** R3: gathers one result for each target, in the order of registration or as they settle. */
export class ModelGathering {
  readonly #seats: Seat[] = [];
  readonly #settled: string[] = [];
  readonly #order: 'registered' | 'settled';
  readonly #caller: Listener;
  #told = 0;

  constructor(order: 'registered' | 'settled', caller: Listener) {
    this.#order = order;
    this.#caller = caller;
  }

  /** The caller for one target. Of a streamed reply it takes the last value. */
  seat(actor: string): ModelCaller {
    const seat: Seat = { result: undefined };
    this.#seats.push(seat);
    const caller = this.#caller;
    let last = 'nothing';
    return {
      get closed() {
        return caller.closed;
      },
      holdsBack: true,
      next: (value) => void (last = value),
      complete: () => this.#settle(seat, `${actor} ok ${last}`),
      error: (error) => this.#settle(seat, `${actor} failed ${error}`),
    };
  }

  #settle(seat: Seat, result: string): void {
    seat.result = result;
    this.#settled.push(result);
    for (; this.#told < this.#seats.length; this.#told++) {
      const next = this.#order === 'settled' ? this.#settled[this.#told] : this.#seats[this.#told]!.result;
      if (next === undefined || this.#caller.closed) return;
      this.#caller.next(next);
    }
    if (!this.#caller.closed) this.#caller.complete();
  }
}

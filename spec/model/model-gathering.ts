import type { ModelCaller, ModelMessage } from './model-message';

interface Seat {
  readonly actor: string;
  message: ModelMessage | undefined;
  /** Idle when it was offered the message. */
  willStart: boolean;
  result: string | undefined;
}

/** R3: one result for each target; none before all have been offered the message, and the idle ones have started that can. */
export class ModelGathering {
  isOver = false;
  readonly #seats: Seat[] = [];
  readonly #settled: string[] = [];
  readonly #order: 'registered' | 'settled';
  readonly #tell: (line: string) => void;
  #isOffered = false;
  #told = 0;

  constructor(order: 'registered' | 'settled', tell: (line: string) => void) {
    this.#order = order;
    this.#tell = tell;
  }

  /** A place for one target, before the message is offered to anyone. */
  seat(actor: string): { place: Seat; caller: ModelCaller } {
    const place: Seat = { actor, message: undefined, willStart: false, result: undefined };
    this.#seats.push(place);
    return { place, caller: this.#callerOf(place) };
  }

  offered(): void {
    this.#isOffered = true;
    this.#emit();
  }

  /** The stack has returned: whoever could start has started. */
  atRest(): void {
    for (const seat of this.#seats) seat.willStart = false;
    this.#emit();
  }

  /** Answers what is to be cancelled. */
  cancel(): ModelMessage[] {
    if (this.isOver) return [];
    this.isOver = true;
    return this.#seats.flatMap(({ result, message }) => (result === undefined && message !== undefined ? [message] : []));
  }

  #callerOf(seat: Seat): ModelCaller {
    let last = 'nothing';
    const end = (result: string): void => {
      seat.result = result;
      seat.willStart = false;
      this.#settled.push(result);
      this.#emit();
    };
    const isOver = (): boolean => this.isOver;
    return {
      get isClosed() {
        return isOver();
      },
      next: (value) => void (last = value),
      complete: () => end(`${seat.actor} ok ${last}`),
      error: (error) => end(`${seat.actor} failed ${error}`),
      started: () => {
        seat.willStart = false;
        this.#emit();
      },
    };
  }

  #emit(): void {
    if (!this.#isOffered || this.isOver || this.#seats.some(({ willStart }) => willStart)) return;
    for (; this.#told < this.#seats.length; this.#told++) {
      const next = this.#order === 'settled' ? this.#settled[this.#told] : this.#seats[this.#told]!.result;
      if (next === undefined) return;
      this.#tell(next);
    }
    this.isOver = true;
    this.#tell('completed');
  }
}

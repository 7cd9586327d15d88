import { TURN_TIME_BOUNDS, type TurnTimes as TurnTimesSeen } from '../message/mailbox-metrics';

/** How long the turns of an actor took. */
export class TurnTimes {
  #count = 0;
  #sum = 0;
  readonly #buckets: number[] = TURN_TIME_BOUNDS.map(() => 0);

  note(ms: number): void {
    this.#count++;
    this.#sum += ms;
    const bucket = TURN_TIME_BOUNDS.findIndex((bound) => ms <= bound);
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
  }

  /** A snapshot. */
  get seen(): TurnTimesSeen {
    return { count: this.#count, sum: this.#sum, buckets: [...this.#buckets] };
  }
}

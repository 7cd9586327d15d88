import { mix } from '../../routing/random';

/** Random decisions by a seed: the same seed decides the same, in the same order. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Whether something happens that has this chance, from 0 to 1. */
  happens(chance: number): boolean {
    // A chance of 0 draws nothing, so that an option that is not used changes no other decision.
    return chance > 0 && this.#draw() < chance;
  }

  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least === most ? least : Math.floor(least + this.#draw() * (most - least + 1));
  }

  #draw(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    return mix(this.#state) / 2 ** 32;
  }
}

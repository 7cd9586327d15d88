import type { Turn } from './turn';

/** What a consumer returns whose turns something else settles. `begin` is called once the turn has its seat. */
export class LeftOpen {
  readonly begin: (turn: Turn) => void;

  constructor(begin: (turn: Turn) => void) {
    this.begin = begin;
  }
}

import type { Turn } from './turn';

/** What a consumer returns whose turns something else settles. `begin` is called once the turn has its seat. */
export abstract class LeftOpen {
  abstract begin(turn: Turn): void;
}

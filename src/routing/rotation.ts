import type { LastPicks } from './last-picks';
import type { RouteTarget } from './router';

/**
 * The turn of one array of targets: while nobody picks any of them for another topic, the one picked longest ago is the one behind
 * the last. So it is found without a look at the others, of which there may be 100,000.
 */
export class Rotation {
  #next = 0;
  /** When each was picked, as far as this rotation knows. `undefined`: they were not picked in their order. */
  #picks: (number | undefined)[] | undefined;

  /** The index of the one picked longest ago; `undefined` where all must be looked at. */
  next(targets: readonly RouteTarget[], lastPicks: LastPicks): number | undefined {
    const index = this.#next;
    if (this.#picks?.length !== targets.length) return undefined;
    const known = this.#picks[index];
    // Others are only ever picked later than known, so this one is still the earliest if it was not picked itself.
    return lastPicks.of((targets[index] as RouteTarget).id) === known && (known !== undefined || !lastPicks.hasForgotten) ? index : undefined;
  }

  /** The one at `index` was picked just now. */
  picked(index: number, targets: readonly RouteTarget[], lastPicks: LastPicks): void {
    const { length } = targets;
    const behind = (index + 1) % length;
    if (this.#next === index && this.#picks?.length === length) {
      this.#picks[index] = lastPicks.of((targets[index] as RouteTarget).id);
    } else {
      const picks = targets.map(({ id }) => lastPicks.of(id));
      this.#picks = isAscendingFrom(behind, picks) ? picks : undefined;
    }
    this.#next = behind;
  }
}

/** Whether from there on, and round, each was picked later than the one before. */
function isAscendingFrom(start: number, picks: readonly (number | undefined)[]): boolean {
  let last = -1;
  for (let i = 0; i < picks.length; i++) {
    const picked = picks[(start + i) % picks.length] ?? -1;
    if (picked < last) return false;
    last = picked;
  }
  return true;
}

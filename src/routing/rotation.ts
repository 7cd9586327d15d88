import type { LastPicks } from './last-picks';
import type { RouteTarget } from './router';

/**
 * Goes round one array of targets. As long as none of them is picked for another topic, the target picked longest ago is the one after the
 * last pick. So it is found without a look at the others, of which there may be 100,000.
 */
export class Rotation {
  /** The index of the target after the last pick. */
  #next = 0;
  /** When each target was last picked, as far as this rotation knows. `undefined` if `#next` need not be the target picked longest ago. */
  #picks: (number | undefined)[] | undefined;

  /** The index of the target picked longest ago. `undefined` if all have to be looked at. */
  next(targets: readonly RouteTarget[], lastPicks: LastPicks): number | undefined {
    const index = this.#next;
    if (this.#picks?.length !== targets.length) return undefined;
    const known = this.#picks[index];
    // The others can only have been picked later than is known here. So this one is still the earliest, if it was not picked itself.
    return lastPicks.of((targets[index] as RouteTarget).id) === known && (known !== undefined || !lastPicks.hasForgotten) ? index : undefined;
  }

  /** Notes that the target at `index` was picked now. */
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

/** Whether each target from `start` on, and round to the one before it, was picked no earlier than the one before. */
function isAscendingFrom(start: number, picks: readonly (number | undefined)[]): boolean {
  let last = -1;
  for (let i = 0; i < picks.length; i++) {
    const picked = picks[(start + i) % picks.length] ?? -1;
    if (picked < last) return false;
    last = picked;
  }
  return true;
}

import type { LastPicks } from './last-picks';
import type { RouteTarget } from './router';

/**
 * The turn of one array of targets: while nobody picks any of them for another topic, the one picked longest ago is the one behind
 * the last. So it is found without a look at the others, of which there may be 100,000.
 */
export class Rotation {
  #next = -1;
  /** When each was picked, as far as this rotation knows. */
  #picks: (number | undefined)[] = [];

  /** The index of the one picked longest ago; `undefined` where all must be looked at. */
  next(targets: readonly RouteTarget[], lastPicks: LastPicks): number | undefined {
    const index = this.#next;
    if (index < 0 || this.#picks.length !== targets.length) return undefined;
    const known = this.#picks[index];
    // Others are only ever picked later than known, so this one is still the earliest if it was not picked itself.
    return lastPicks.of((targets[index] as RouteTarget).id) === known && (known !== undefined || !lastPicks.hasForgotten) ? index : undefined;
  }

  /** The one at `index` was picked just now. */
  picked(index: number, targets: readonly RouteTarget[], lastPicks: LastPicks): void {
    const { length } = targets;
    const behind = (index + 1) % length;
    if (this.#next === index && this.#picks.length === length) {
      this.#picks[index] = lastPicks.of((targets[index] as RouteTarget).id);
      this.#next = behind;
      return;
    }
    this.#picks = targets.map(({ id }) => lastPicks.of(id));
    this.#next = this.#isAscendingFrom(behind) ? behind : -1;
  }

  /** Whether from there on, and round, each was picked later than the one before. */
  #isAscendingFrom(start: number): boolean {
    const picks = this.#picks;
    let last = -1;
    for (let i = 0; i < picks.length; i++) {
      const picked = picks[(start + i) % picks.length] ?? -1;
      if (picked < last) return false;
      last = picked;
    }
    return true;
  }
}

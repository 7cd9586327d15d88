import { LastPicks } from './last-picks';
import { Rotation } from './rotation';
import type { Router, RouteTarget } from './router';

/**
 * One after the other: always the target that was picked longest ago, the first of those never picked.
 *
 * A counter would be simpler, but two topics that share one can starve a target: with `a` bound to 1 and 2, `b` to 3 and 4, and
 * messages that alternate, it picks 1 and 4 for ever.
 */
export function roundRobin(): Router {
  const lastPicks = new LastPicks();
  // A broker hands the same array for as long as a topic's targets are the same.
  const rotations = new WeakMap<readonly RouteTarget[], Rotation | null>();
  return {
    route(_key, targets) {
      let rotation = rotations.get(targets);
      // Made when an array is seen again: one that is made for each call is not worth it.
      if (rotation === undefined) rotations.set(targets, null);
      else if (rotation === null) rotations.set(targets, (rotation = new Rotation()));
      const index = rotation?.next(targets, lastPicks) ?? lastPicks.longestAgo(targets);
      const picked = lastPicks.pick((targets[index] as RouteTarget).id, targets.length);
      rotation?.picked(index, targets, lastPicks);
      return picked;
    },
  };
}

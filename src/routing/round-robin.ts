import { LastPicks } from './last-picks';
import { Rotation } from './rotation';
import type { Router, RouteTarget } from './router';

/**
 * Picks one target after the other: the first of those never picked, else the one picked longest ago.
 *
 * A counter would be simpler, but two topics that share it can starve a target: if topic `a` has the targets 1 and 2, and `b` has 3 and 4,
 * messages that alternate go to 1 and 4 for ever.
 */
export function roundRobin(): Router {
  const lastPicks = new LastPicks();
  // A broker passes the same array again while a topic's targets are the same. `null`: the array was seen once.
  const rotations = new WeakMap<readonly RouteTarget[], Rotation | null>();
  return {
    route(_key, targets) {
      let rotation = rotations.get(targets);
      // A rotation is made when an array is seen again, since an array that is made for each call needs none.
      if (rotation === undefined) rotations.set(targets, null);
      else if (rotation === null) rotations.set(targets, (rotation = new Rotation()));
      const index = rotation?.next(targets, lastPicks) ?? lastPicks.longestAgo(targets);
      const picked = lastPicks.pick((targets[index] as RouteTarget).id, targets.length);
      rotation?.picked(index, targets, lastPicks);
      return picked;
    },
  };
}

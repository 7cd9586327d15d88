import { LastPicks } from './last-picks';
import type { Router, RouteTarget } from './router';

/** Picks the target with the fewest messages queued and running. Of several the one that was picked longest ago. */
export function leastLoaded(): Router {
  const lastPicks = new LastPicks();
  return {
    route(_key, targets) {
      let least = Infinity;
      for (const { size, inFlight } of targets) least = Math.min(least, size + inFlight);
      const equals = targets.filter(({ size, inFlight }) => size + inFlight === least);
      const { id } = equals[lastPicks.longestAgo(equals)] as RouteTarget;
      return lastPicks.pick(id, equals.length);
    },
  };
}

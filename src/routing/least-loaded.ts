import { roundRobin } from './round-robin';
import type { Router } from './router';

/** The target with the fewest messages queued and running; among equals one after the other. */
export function leastLoaded(): Router {
  const amongEquals = roundRobin();
  return {
    route(key, targets, message) {
      let least = Infinity;
      for (const { size, inFlight } of targets) least = Math.min(least, size + inFlight);
      const equals = targets.filter(({ size, inFlight }) => size + inFlight === least);
      return amongEquals.route(key, equals, message);
    },
  };
}

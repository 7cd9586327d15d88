import type { ActorId } from '../message/actor-id';
import type { Router, RouteTarget } from './router';

/** Ids remembered at least; what is forgotten was picked longest ago, and so is rightly next. */
const REMEMBERED = 1_024;

/**
 * One after the other: always the target that was picked longest ago, the first of those never picked.
 *
 * A counter would be simpler, but two topics that share one can starve a target: with `a` bound to 1 and 2, `b` to 3 and 4, and
 * messages that alternate, it picks 1 and 4 for ever.
 */
export function roundRobin(): Router {
  const lastPicks = new Map<ActorId, number>();
  let picks = 0;
  return {
    route(_key, targets) {
      const { id } = longestAgo(targets, lastPicks);
      lastPicks.delete(id);
      lastPicks.set(id, picks++);
      if (lastPicks.size > Math.max(REMEMBERED, targets.length * 4)) {
        for (const oldest of lastPicks.keys()) {
          lastPicks.delete(oldest);
          break;
        }
      }
      return id;
    },
  };
}

function longestAgo(targets: readonly RouteTarget[], lastPicks: ReadonlyMap<ActorId, number>): RouteTarget {
  let chosen = targets[0] as RouteTarget;
  let earliest = Infinity;
  for (const target of targets) {
    const picked = lastPicks.get(target.id) ?? -1;
    if (picked >= earliest) continue;
    chosen = target;
    earliest = picked;
    if (picked < 0) break;
  }
  return chosen;
}

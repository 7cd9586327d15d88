import type { ActorId } from '../message/actor-id';
import type { Router, RouteTarget } from './router';

/** Ids remembered at least. */
const REMEMBERED = 1_024;

/**
 * One after the other: always the target that was picked longest ago, the first of those never picked.
 *
 * A counter would be simpler, but two topics that share one can starve a target: with `a` bound to 1 and 2, `b` to 3 and 4, and
 * messages that alternate, it picks 1 and 4 for ever.
 *
 * It remembers its last picks, 1,024 or four for each target of the topic at hand. One that routes among more actors than that
 * forgets, and picks by chance among those it knows nothing of: the first of them would be the same one each time.
 */
export function roundRobin(): Router {
  const lastPicks = new Map<ActorId, number>();
  let picks = 0;
  let hasForgotten = false;
  return {
    route(_key, targets) {
      const { id } = longestAgo(targets, lastPicks, hasForgotten ? mix(picks) : 0);
      lastPicks.delete(id);
      lastPicks.set(id, picks++);
      const bound = Math.max(REMEMBERED, targets.length * 4);
      if (lastPicks.size > bound) {
        hasForgotten = true;
        // In the order of picking: what goes was picked longest ago.
        for (const oldest of lastPicks.keys()) {
          lastPicks.delete(oldest);
          if (lastPicks.size <= bound) break;
        }
      }
      return id;
    },
  };
}

/** `chance`, from 0 to below 1, says which of those that are not remembered; 0 is the first. */
function longestAgo(targets: readonly RouteTarget[], lastPicks: ReadonlyMap<ActorId, number>, chance: number): RouteTarget {
  let chosen = targets[0] as RouteTarget;
  let earliest = Infinity;
  let unknown = 0;
  for (const target of targets) {
    const picked = lastPicks.get(target.id);
    if (picked === undefined) {
      if (chance === 0) return target;
      unknown++;
    } else if (picked < earliest) {
      chosen = target;
      earliest = picked;
    }
  }
  if (unknown === 0) return chosen;
  let skipped = Math.floor(chance * unknown);
  for (const target of targets) if (!lastPicks.has(target.id) && skipped-- === 0) return target;
  return chosen;
}

/** A number from 0 to below 1 that follows no rhythm of the picks: a count modulo the targets would beat with the topics' turns. */
function mix(count: number): number {
  let mixed = Math.imul(count ^ (count >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
}

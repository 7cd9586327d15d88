import type { ActorId } from '../message/actor-id';
import { mix } from './random';
import type { RouteTarget } from './router';

/** The fewest ids that are remembered. */
const REMEMBERED = 1_024;

/**
 * Remembers when each target was last picked. The next one is the first of those never picked, else the one picked longest ago.
 *
 * It remembers 1,024 ids, or four times the targets of the present topic if that is more. If it picks among more actors than that, it forgets
 * some. Then the search begins at another target each time, since the first one that it does not remember would always be the same.
 */
export class LastPicks {
  readonly #picks = new Map<ActorId, number>();
  #count = 0;
  /** Whether ids were forgotten, so that `undefined` no longer means "never picked". */
  hasForgotten = false;

  /** When `id` was last picked, as a number that grows. `undefined`: never, or that was forgotten. */
  of(id: ActorId): number | undefined {
    return this.#picks.get(id);
  }

  /** The index of the target to pick. */
  longestAgo(targets: readonly RouteTarget[]): number {
    const { length } = targets;
    // The count is mixed. Without that, topics that take turns could begin at the same targets each time.
    const start = this.hasForgotten ? mix(this.#count) % length : 0;
    let chosen = 0;
    let earliest = Infinity;
    for (let i = 0; i < length; i++) {
      const index = (start + i) % length;
      const picked = this.#picks.get((targets[index] as RouteTarget).id);
      if (picked === undefined) return index;
      if (picked < earliest) {
        chosen = index;
        earliest = picked;
      }
    }
    return chosen;
  }

  /** Notes that `id` is picked now, among so many targets, and returns it. */
  pick(id: ActorId, among: number): ActorId {
    const picks = this.#picks;
    // Deleted and set again, so that the order of the map is the order of the picks.
    picks.delete(id);
    picks.set(id, this.#count++);
    let excess = picks.size - Math.max(REMEMBERED, among * 4);
    // Checked before the loop, since an iteration of a map passes over all entries that were deleted at its head.
    if (excess <= 0) return id;
    this.hasForgotten = true;
    for (const oldest of picks.keys()) {
      picks.delete(oldest);
      if (--excess === 0) break;
    }
    return id;
  }
}
